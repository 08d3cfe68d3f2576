#!/bin/sh
# Runs suites and adds up their TAP: sh tests/run.sh SUITE...
# A suite is tests/SUITE/run.sh; it writes TAP (version 12-14) on stdout, notes on stderr. A suite that ran no test,
# or ended with a non-zero code without a "not ok" of its own, counts as one failure.
set -u
BUILD=${BUILD:-build/release}
export BUILD
out=$BUILD/results
mkdir -p "$out"
passed=0 failed=0 skipped=0

for suite; do
    printf '# %s\n' "$suite"
    sh "tests/$suite/run.sh" > "$out/$suite.tap" 2> "$out/$suite.log" < /dev/null
    code=$?
    counts=$(awk '/^ok .*# *(SKIP|skip|TODO)/ { skipped++; next } /^ok/ { passed++ } /^not ok/ { failed++ } END { print passed + 0, failed + 0, skipped + 0 }' "$out/$suite.tap")
    set_ok=$(echo "$counts" | cut -d' ' -f1) set_bad=$(echo "$counts" | cut -d' ' -f2) set_skip=$(echo "$counts" | cut -d' ' -f3)
    grep -h -A12 '^not ok' "$out/$suite.tap"
    grep -h '^ok .*# *\(SKIP\|skip\)' "$out/$suite.tap"
    sed -n 's/^# \(.* changes, .* not found\)$/  \1/p' "$out/$suite.tap"
    if [ "$set_bad" -eq 0 ] && { [ "$code" -ne 0 ] || [ $((set_ok + set_skip)) -eq 0 ]; }; then
        printf 'not ok - suite %s ended with code %s after %s tests; the end of its log:\n' "$suite" "$code" "$set_ok"
        set_bad=1
    fi
    [ "$set_bad" -gt 0 ] && tail -n 40 "$out/$suite.log"
    printf '  %s passed, %s failed, %s skipped\n' "$set_ok" "$set_bad" "$set_skip"
    passed=$((passed + set_ok)) failed=$((failed + set_bad)) skipped=$((skipped + set_skip))
done

if [ "$skipped" -gt 0 ]; then
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
else
    printf '%s passed, %s failed\n' "$passed" "$failed"
fi
[ "$failed" -eq 0 ]
