#!/bin/sh
# Raw bytes over HTTP against a real listener; TAP on stdout.
exec node --test --test-reporter=tap tests/http/
