#!/bin/sh
# Sealing under attack and under failing parts; TAP on stdout. SPOOR_FAULTS=all for the thorough form (make faults).
# One file at a time: each has a PostgreSQL of its own.
exec node --test --test-concurrency=1 --test-reporter=tap tests/fault/
