#!/bin/sh
# Raw bytes over HTTP against a real listener; TAP on stdout.
exec node --test --test-concurrency="${HTTP_AT_ONCE:-3}" --test-reporter=tap tests/http/
