#!/bin/sh
# The statements of the queue (scanner/sql) as C. usage: embed.sh queue_statements.h|queue_statements.c
set -eu
files=$(ls scanner/sql/*.sql)
name() { basename "$1" .sql; }
case $1 in
*.h)
    echo 'enum queue_statement {'
    for file in $files; do echo "    QUEUE_SQL_$(name "$file" | tr 'a-z' 'A-Z'),"; done
    echo '    QUEUE_STATEMENT_COUNT'
    echo '};'
    echo 'extern const char *const queue_statement_texts[QUEUE_STATEMENT_COUNT];'
    ;;
*)
    echo '#include "generated/queue_statements.h"'
    for file in $files; do
        printf '__asm__(".section .rodata\\nqueue_sql_%s: .incbin \\"%s\\"\\n.byte 0\\n.previous");\n' "$(name "$file")" "$file"
        printf 'extern const char queue_sql_%s[];\n' "$(name "$file")"
    done
    echo 'const char *const queue_statement_texts[QUEUE_STATEMENT_COUNT] = {'
    for file in $files; do echo "    queue_sql_$(name "$file"),"; done
    echo '};'
    ;;
esac
