#!/bin/sh
# Every cmocka program of this folder as TAP; one that crashes or hangs is a failure of its own.
set -u
export LSAN_OPTIONS="suppressions=$PWD/tests/support/lsan.txt:print_suppressions=0"
for program in "$BUILD"/tests/unit/test_*; do
    [ -x "$program" ] && [ -f "$program" ] || continue
    case $program in *.d) continue ;; esac
    CMOCKA_MESSAGE_OUTPUT=TAP timeout 900 "$program" > "$BUILD/results/unit.one" 2>> "$BUILD/results/unit.errors"
    code=$?
    # cmocka calls a skipped test "not ok"
    sed 's/^not \(ok [0-9]* # SKIP\)/\1/' "$BUILD/results/unit.one"
    if [ "$code" -ne 0 ] && ! grep '^not ok' "$BUILD/results/unit.one" | grep -qv '# SKIP'; then
        echo "not ok - $(basename "$program") ended with code $code"
        tail -n 20 "$BUILD/results/unit.errors" | sed 's/^/# /'
    fi
done
