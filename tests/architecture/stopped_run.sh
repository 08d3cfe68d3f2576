#!/bin/sh
# Runs tests/run.sh on suites made for it: what a suite leaves behind is a failure, so is a file that does not end, and a run
# that is stopped ends all that it started. Prints what is wrong.
set -u
root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/build/tests/support" "$folder/tests/stays" "$folder/tests/leaves" "$folder/tests/hangs"
ln -s "$(cd "$BUILD" && pwd)/tests/support/keeper" "$folder/build/tests/support/keeper"
cat > "$folder/tests/leaves/run.sh" << 'END'
echo 'ok 1 - a suite'
setsid sleep 300 & echo $! >> started
( sleep 300 & echo $! >> started )
END
{ cat "$folder/tests/leaves/run.sh"; echo 'timeout 300 sleep 300'; } > "$folder/tests/stays/run.sh"
cat > "$folder/tests/hangs/never.test.mjs" << 'END'
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
test('ends', () => {});
test('never ends', () => new Promise(() => appendFileSync('started', `${spawn('sleep', ['300']).pid}\n`)));
END
cat > "$folder/tests/hangs/left.test.mjs" << 'END'
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
test('fails before it ends what it started', () => {
  appendFileSync('started', `${spawn('sleep', ['300']).pid}\n`);
  throw new Error('it failed');
});
END
echo "import { test } from 'node:test'; test('the next file', () => {});" > "$folder/tests/hangs/next.test.mjs"
echo "FILES_AT_ONCE=1 FILE_SECONDS=3 exec sh $root/tests/support/files.sh tests/hangs/*.test.mjs" > "$folder/tests/hangs/run.sh"
cd "$folder" || exit 1
export BUILD=build

check_gone() { # WHEN
    for process in $(cat started); do
        kill -9 "$process" 2> /dev/null && echo "$1: process $process was still there"
    done
    : > started
}

: > started
sh "$root/tests/run.sh" stays leaves > said 2>&1 &
run=$!
for _ in $(seq 200); do [ "$(wc -l < started)" -ge 4 ] && break; sleep 0.05; done
[ "$(wc -l < started)" -ge 4 ] || echo 'the suites did not start'
kill -TERM $run
wait $run
[ $? -eq 143 ] || echo 'a stopped run did not end with 143'
check_gone 'after the stop'

sh "$root/tests/run.sh" leaves > said 2>&1 && echo 'a run that left processes behind was called good'
[ "$(grep -c '^not ok - no process is left behind: sleep' said)" -eq 2 ] || sed 's/^/what was left is not named: /' said
check_gone 'after the run'

sh "$root/tests/run.sh" hangs > said 2>&1 && echo 'a run with a file that does not end was called good'
grep -q '^not ok - tests/hangs/never.test.mjs ends within 3 s: sleep' said || sed 's/^/a file that does not end is not named: /' said
grep -q '^not ok .* - fails before it ends what it started' build/results/hangs.tap || sed 's/^/a failed test is not named: /' build/results/hangs.tap
grep -q '^ok .* - the next file' build/results/hangs.tap || sed 's/^/the next file did not run: /' build/results/hangs.tap
check_gone 'after a file that does not end'
