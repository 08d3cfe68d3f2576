#!/bin/sh
# Runs suites and adds up their TAP: sh tests/run.sh SUITE...
# A suite is tests/SUITE/run.sh; it writes TAP (version 12-14) on stdout, notes on stderr. A suite that ran no test,
# or ended with a non-zero code without a "not ok" of its own, counts as one failure. SUITES_AT_ONCE=3 run beside each other; what
# they said is printed in the order that was asked for. Each suite has a keeper: what it leaves behind is a failure, and whoever
# stops this script stops all that was started.
set -u
BUILD=${BUILD:-build/release}
export BUILD
out=$BUILD/results
mkdir -p "$out"
passed=0 failed=0 skipped=0

# Throw-away databases stand in memory where there is plenty: the same calls on the same files, without a disk's waiting. Those
# of the suites sql and store, and whatever a caller's TMPDIR says, stay on the disk.
plenty() {
    free=$(df -Pk /dev/shm 2> /dev/null | awk 'NR == 2 { print $4 }')
    available=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    [ "${free:-0}" -gt 5000000 ] && [ "${available:-0}" -gt 10000000 ] && ! findmnt -no OPTIONS /dev/shm | grep -q noexec
}
memory=
if [ -z "${TMPDIR:-}" ] && plenty; then
    memory=$(mktemp -d /dev/shm/spoor-tests-XXXXXX) && chmod 1777 "$memory" && export TMPDIR="$memory"
fi
trap '[ -z "$memory" ] || rm -rf "$memory"' EXIT

for suite; do
    rm -f "$out/$suite.code"
done
keeper=$BUILD/tests/support/keeper
printf '%s\n' "$@" | "$keeper" xargs -P "${SUITES_AT_ONCE:-3}" -I SUITE sh -c '
    "$2" -t "${SUITE_SECONDS:-1800}" sh "tests/SUITE/run.sh" > "$1/SUITE.tap" 2> "$1/SUITE.log" < /dev/null
    echo $? > "$1/SUITE.code.part"; mv "$1/SUITE.code.part" "$1/SUITE.code"' suite "$out" "$keeper" &
runner=$!
stop() {
    trap '' INT TERM HUP
    kill -TERM "$runner" 2> /dev/null
    wait "$runner"
    exit "$1"
}
trap 'stop 129' HUP
trap 'stop 130' INT
trap 'stop 143' TERM

for suite; do
    printf '# %s\n' "$suite"
    while [ ! -s "$out/$suite.code" ] && kill -0 $runner 2> /dev/null; do sleep 0.2; done
    code=$(cat "$out/$suite.code" 2> /dev/null || echo none)
    counts=$(awk '/^ok .*# *(SKIP|skip)/ { skipped++; next } /^ok/ { passed++ } /^not ok/ { failed++ } END { print passed + 0, failed + 0, skipped + 0 }' "$out/$suite.tap")
    set_ok=$(echo "$counts" | cut -d' ' -f1) set_bad=$(echo "$counts" | cut -d' ' -f2) set_skip=$(echo "$counts" | cut -d' ' -f3)
    grep -h -A12 '^not ok' "$out/$suite.tap"
    grep -h '^ok .*# *\(SKIP\|skip\)' "$out/$suite.tap"
    sed -n 's/^# \(.* changes, .* not found\)$/  \1/p' "$out/$suite.tap"
    if [ "$set_bad" -eq 0 ] && { [ "$code" != 0 ] || [ $((set_ok + set_skip)) -eq 0 ]; }; then
        printf 'not ok - suite %s ended with code %s after %s tests; the end of its log:\n' "$suite" "$code" "$set_ok"
        set_bad=1
    fi
    [ "$set_bad" -gt 0 ] && tail -n 40 "$out/$suite.log"
    printf '  %s passed, %s failed, %s skipped; %s\n' "$set_ok" "$set_bad" "$set_skip" "$(sed -n '$s/^took //p' "$out/$suite.log")"
    passed=$((passed + set_ok)) failed=$((failed + set_bad)) skipped=$((skipped + set_skip))
done

if [ "$skipped" -gt 0 ]; then
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
else
    printf '%s passed, %s failed\n' "$passed" "$failed"
fi
[ "$failed" -eq 0 ]
