#!/bin/sh
# Reads the plans of what runs most often, on a small and a large ledger; TAP. EVENTS=10000000 chooses how large.
exec sh tests/support/files.sh tests/plans/plans.test.mjs
