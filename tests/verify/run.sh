#!/bin/sh
# The auditor's tool on bundles of a real service, and against programs that others wrote; TAP on stdout.
exec node --test --test-reporter=tap tests/verify/
