#!/bin/sh
# The auditor's tool on bundles of a real service, and against programs that others wrote; TAP on stdout.
exec sh tests/support/files.sh tests/verify/*.test.mjs
