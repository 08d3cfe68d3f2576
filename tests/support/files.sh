#!/bin/sh
# Runs test files of Node as TAP: files.sh FILE... Each has a keeper of its own: what does not end in FILE_SECONDS, or leaves
# a process behind, is a failure that bears the file's name, and the next goes on. FILES_AT_ONCE run beside each other.
set -u
keeper=$(cd "$BUILD" && pwd)/tests/support/keeper
said=$(mktemp -d) || exit 1
trap 'rm -rf "$said"' EXIT
# A test that failed may have left something open that keeps its file from ending; the keeper ends what it started.
force=
node --test-force-exit --version > /dev/null 2>&1 && force=--test-force-exit
at_once=${FILES_AT_ONCE:-$(($(nproc) > 2 ? $(nproc) - 1 : 1))}
printf '%s\n' "$@" | xargs -P "$at_once" -I @ sh -c '
    name=$(basename "$3")
    "$1" -t "${FILE_SECONDS:-900}" node --test $4 --test-reporter=tap "$3" > "$2/$name"
    code=$?
    printf "# %s\n" "$3"
    cat "$2/$name"
    [ "$code" -eq 0 ] || grep -q "^not ok" "$2/$name" || echo "not ok - $3 ended with code $code"' file "$keeper" "$said" @ "$force"
