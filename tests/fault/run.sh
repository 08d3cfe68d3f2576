#!/bin/sh
# Sealing under attack and under failing parts; TAP on stdout. SPOOR_FAULTS=all for the thorough form (make faults).
# One file at a time: each has a PostgreSQL of its own.
FILES_AT_ONCE=1 exec sh tests/support/files.sh tests/fault/*.test.mjs
