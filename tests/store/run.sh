#!/bin/sh
# cmocka programs on real PostgreSQL clusters of their own; TAP.
set -u
export LSAN_OPTIONS="suppressions=$PWD/tests/support/lsan.txt:print_suppressions=0"
for program in "$BUILD"/tests/store/test_*; do
    case $program in *.d) continue ;; esac
    CMOCKA_MESSAGE_OUTPUT=TAP timeout 900 "$program" > "$BUILD/results/store.one" 2>> "$BUILD/results/store.errors"
    code=$?
    sed 's/^not \(ok [0-9]* # SKIP\)/\1/' "$BUILD/results/store.one"
    if [ "$code" -ne 0 ] && ! grep '^not ok' "$BUILD/results/store.one" | grep -qv '# SKIP'; then
        echo "not ok - $(basename "$program") ended with code $code"
        tail -n 30 "$BUILD/results/store.errors" | sed 's/^/# /'
    fi
done
