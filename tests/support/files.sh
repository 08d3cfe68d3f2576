#!/bin/sh
# Runs test files of Node as TAP: files.sh FILE... Each has a keeper of its own: what does not end in FILE_SECONDS, or leaves
# a process behind, is a failure that bears the file's name, and the next goes on. FILES_AT_ONCE run beside each other.
set -u
keeper=$(cd "$BUILD" && pwd)/tests/support/keeper
said=$(mktemp -d) || exit 1
trap 'rm -rf "$said"' EXIT
at_once=${FILES_AT_ONCE:-$(($(nproc) > 2 ? $(nproc) - 1 : 1))}
printf '%s\n' "$@" | xargs -P "$at_once" -I @ sh -c '
    name=$(basename "$3")
    "$1" -t "${FILE_SECONDS:-900}" node --test --test-reporter=tap "$3" > "$2/$name"
    code=$?
    printf "# %s\n" "$3"
    cat "$2/$name"
    [ "$code" -eq 0 ] || grep -q "^not ok" "$2/$name" || echo "not ok - $3 ended with code $code"' file "$keeper" "$said" @
