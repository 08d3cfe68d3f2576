#!/bin/sh
# How many entries spoor-verify checks in a second, on one processor: ENTRIES=1000000 ROUNDS=5 sh tests/bench/verify.sh
# Beside it what sha256sum takes for the bytes of the same files, which says how quick the machine is just now.
set -eu
entries=${ENTRIES:-1000000} rounds=${ROUNDS:-5}
folder=$(mktemp -d "${TMPDIR:-/tmp}/spoor-verify-XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
tell() { [ ! -t 2 ] || printf '  %s\n' "$1" >&2; }
seconds() { # COMMAND…: real, in seconds
    /usr/bin/time -o "$folder/time" -f '%e %M' taskset -c "$processor" "$@" > "$folder/out"
    cut -d' ' -f1 "$folder/time"
}
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

processor=$(($(nproc) - 1))
tell "makes a bundle of $entries events"
key=$("$BUILD/tests/bench/make_bundle" "$folder/bundle" "$entries")
cat "$folder"/bundle/entries "$folder"/bundle/*.jsonl > /dev/null # from memory, not from the disk
for round in $(seq "$rounds"); do
    tell "round $round of $rounds"
    seconds "$BUILD/spoor-verify" bundle "$folder/bundle" --key "$key" >> "$folder/ours"
    grep -q '^INTACT' "$folder/out"
    cut -d' ' -f2 "$folder/time" > "$folder/memory"
    seconds sha256sum "$folder/bundle/entries" "$folder/bundle/events.jsonl" "$folder/bundle/openings.jsonl" >> "$folder/theirs"
done
awk -v n="$entries" -v ours="$(median < "$folder/ours")" -v best="$(sort -n "$folder/ours" | head -n 1)" \
    -v theirs="$(median < "$folder/theirs")" -v kib="$(cat "$folder/memory")" 'BEGIN {
    speed = n / ours
    print "| entries | s, median (best) | entries a second | resident MiB | sha256sum of the same files, s | ratio | target | |"
    print "|---|---|---|---|---|---|---|---|"
    met = (speed >= 300000) ? "met" : "**missed**"
    printf("| %d | %.2f (%.2f) | %d | %d | %.2f | %.2f | ≥ 300,000 | %s |\n", n, ours, best, speed, kib / 1024, theirs, ours / theirs, met)
    exit(speed < 270000) }'
