#!/bin/sh
# Each fuzz target on its kept inputs and on changed copies of them; TAP.
set -u
rounds=${FUZZ_ROUNDS:-500}
for program in "$BUILD"/tests/fuzz/fuzz_*; do
    case $program in *.d) continue ;; esac
    name=$(basename "$program" | sed 's/^fuzz_//')
    if told=$(timeout 120 "$program" "tests/fuzz/corpus/$name" "$rounds" 2>&1); then
        echo "ok - $name stands hostile input: $told"
    else
        echo "not ok - $name stands hostile input"
        printf '%s\n' "$told" | tail -n 20 | sed 's/^/# /'
    fi
done
