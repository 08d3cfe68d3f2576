#!/bin/sh
# Raw bytes over HTTP against a real listener; TAP on stdout.
exec sh tests/support/files.sh tests/http/*.test.mjs
