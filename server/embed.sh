#!/bin/sh
# Turns files of the tree into C. usage: embed.sh statements.h|statements.c|sql_files.c|pages.c|assets.c|texts.c FOLDER
# FOLDER is where the compressed twins of assets go.
set -eu
form=$1 folder=$2

upper() { basename "$1" .sql | tr 'a-z-' 'A-Z_'; }
symbol() { echo "$1" | tr -c 'A-Za-z0-9\n' '_'; }
# incbin SYMBOL FILE: the bytes of FILE, ended by a NUL that does not count.
incbin() {
    printf '__asm__(".section .rodata\\n.global embedded_%s\\nembedded_%s: .incbin \\"%s\\"\\n.byte 0\\n.previous");\n' "$1" "$1" "$2"
    printf 'extern const char embedded_%s[];\n' "$1"
}
size() { wc -c < "$1" | tr -d ' '; }

list_sql() { # NAME FOLDER: a table of struct sql_file in the order of the names
    for file in "$2"/*.sql; do [ -e "$file" ] && incbin "$1_$(symbol "$(basename "$file")")" "$file"; done
    echo "const struct sql_file $1[] = {"
    for file in "$2"/*.sql; do
        [ -e "$file" ] && printf '    {"%s", embedded_%s_%s},\n' "$(basename "$file" .sql)" "$1" "$(symbol "$(basename "$file")")"
    done
    printf '    {0, 0},\n};\nconst size_t %s_count = sizeof %s / sizeof %s[0] - 1;\n' "$1" "$1" "$1"
}

type_of() {
    case $1 in
    *.css) echo 'text/css; charset=utf-8' ;;
    *.js | *.mjs) echo 'text/javascript; charset=utf-8' ;;
    *.svg) echo 'image/svg+xml' ;;
    *.json) echo 'application/json' ;;
    *.yaml) echo 'application/yaml' ;;
    *.webmanifest) echo 'application/manifest+json' ;;
    *.png) echo 'image/png' ;;
    *) echo 'application/octet-stream' ;;
    esac
}

case $form in
statements.h)
    echo 'enum statement {'
    for file in sql/queries/*.sql; do [ -e "$file" ] && echo "    SQL_$(upper "$file"),"; done
    echo '    STATEMENT_COUNT'
    echo '};'
    ;;
statements.c)
    echo '#include "db/statement.h"'
    for file in sql/queries/*.sql; do [ -e "$file" ] && incbin "statement_$(symbol "$(basename "$file")")" "$file"; done
    echo 'const struct statement_text statement_texts[STATEMENT_COUNT + 1] = {'
    echo "    [STATEMENT_COUNT] = {0, 0},"
    for file in sql/queries/*.sql; do
        [ -e "$file" ] && printf '    [SQL_%s] = {"%s", embedded_statement_%s},\n' "$(upper "$file")" "$(basename "$file" .sql)" "$(symbol "$(basename "$file")")"
    done
    echo '};'
    ;;
sql_files.c)
    echo '#include "db/sql_files.h"'
    incbin sql_roles sql/roles.sql | sed 's/embedded_sql_roles/sql_roles/g'
    list_sql sql_migrations sql/migrations
    list_sql sql_functions sql/functions
    ;;
pages.c)
    echo '#include "render/pages.h"'
    for file in server/site/pages/*.html; do [ -e "$file" ] && incbin "page_$(symbol "$(basename "$file")")" "$file"; done
    echo 'const struct page_source page_sources[] = {'
    for file in server/site/pages/*.html; do
        [ -e "$file" ] && printf '    {"%s", embedded_page_%s},\n' "$(basename "$file" .html)" "$(symbol "$(basename "$file")")"
    done
    printf '    {0, 0},\n};\nconst size_t page_source_count = sizeof page_sources / sizeof page_sources[0] - 1;\n'
    ;;
assets.c)
    echo '#include "web/assets.h"'
    for file in server/site/static/*; do
        [ -f "$file" ] || continue
        name=$(basename "$file")
        gzip -n9c "$file" > "$folder/$name.gz"
        incbin "asset_$(symbol "$name")" "$file"
        incbin "asset_$(symbol "$name")_gz" "$folder/$name.gz"
    done
    echo 'const struct asset assets[] = {'
    for file in server/site/static/*; do
        [ -f "$file" ] || continue
        name=$(basename "$file")
        printf '    {"%s", "%s", "%.16s", embedded_asset_%s, %s, embedded_asset_%s_gz, %s},\n' "$name" "$(type_of "$name")" \
            "$(sha256sum < "$file")" "$(symbol "$name")" "$(size "$file")" "$(symbol "$name")" "$(size "$folder/$name.gz")"
    done
    printf '    {0, 0, 0, 0, 0, 0, 0},\n};\nconst size_t asset_count = sizeof assets / sizeof assets[0] - 1;\n'
    ;;
texts.c)
    echo '#include "render/text.h"'
    for file in server/site/text/*.po; do
        [ -e "$file" ] || continue
        printf 'static const struct text_row rows_%s[] = {\n' "$(basename "$file" .po)"
        # msgid and msgstr may go on over several quoted lines; the header (empty msgid) is left out.
        awk 'function flush() { if (id != "" && str != "") printf "    {\"%s\", \"%s\"},\n", id, str; id = str = "" }
             function quoted(line) { sub(/^[^"]*"/, "", line); sub(/"[ \t\r]*$/, "", line); return line }
             /^msgid /  { flush(); id = quoted($0); into = "id"; next }
             /^msgstr / { str = quoted($0); into = "str"; next }
             /^"/       { if (into == "id") id = id quoted($0); else str = str quoted($0); next }
             END { flush() }' "$file" | LC_ALL=C sort -t'"' -k2,2
        printf '    {0, 0},\n};\n'
    done
    echo 'const struct text_language text_languages[] = {'
    for file in server/site/text/*.po; do
        [ -e "$file" ] && printf '    {"%s", rows_%s, sizeof rows_%s / sizeof rows_%s[0] - 1},\n' "$(basename "$file" .po)" "$(basename "$file" .po)" "$(basename "$file" .po)" "$(basename "$file" .po)"
    done
    echo '    {0, 0, 0},'
    echo '};'
    ;;
*)
    echo "embed.sh: unknown form $form" >&2
    exit 2
    ;;
esac
