#!/bin/sh
# Runs libFuzzer on each target for FUZZ_SECONDS: sh tests/fuzz/fuzz.sh TARGET... New inputs stay in build/fuzz/corpus,
# what broke something in build/fuzz/found. Ends with 1 when anything was found.
set -u
BUILD=${BUILD:-build/fuzz}
seconds=${FUZZ_SECONDS:-60}
failed=0
# Short stacks of allocations and a small quarantine: three times as many inputs. To see more of what was found, run it again with ASAN_OPTIONS empty.
export ASAN_OPTIONS="${ASAN_OPTIONS:-malloc_context_size=1:quarantine_size_mb=8:max_malloc_fill_size=0}"
mkdir -p "$BUILD/found"
for target; do
    mkdir -p "$BUILD/corpus/$target"
    echo "# $target, $seconds s"
    if "$BUILD/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 -print_final_stats=1 \
        -artifact_prefix="$BUILD/found/$target-" "$BUILD/corpus/$target" "tests/fuzz/corpus/$target" > "$BUILD/found/$target.log" 2>&1; then
        awk '/number_of_executed_units/ { print "ok - '"$target"': " $2 " inputs, nothing found" }' "$BUILD/found/$target.log"
    else
        echo "not ok - $target"
        tail -n 40 "$BUILD/found/$target.log" | sed 's/^/# /'
        failed=1
    fi
done
exit $failed
