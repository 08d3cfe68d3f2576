#!/bin/sh
# Pages in Debian's Chromium; TAP on stdout. Needs npm only here: without it the suite says so and skips.
set -u
cd "$(dirname "$0")"
BUILD=$(cd ../.. && cd "$BUILD" && pwd)
export BUILD
if ! command -v npm > /dev/null || ! command -v chromium > /dev/null; then
    echo 'ok 1 - pages in a browser # SKIP npm or chromium is not installed'
    exit 0
fi
[ -d node_modules/playwright-core ] || npm ci --ignore-scripts --no-audit --no-fund >&2 || exit 1
exec sh ../support/files.sh pages.test.mjs journey.test.mjs
