#!/bin/sh
# pgTAP files of this folder, each in a transaction that is rolled back, on a throw-away PostgreSQL.
set -u
folder=$(mktemp -d /tmp/spoor-sql-XXXXXX)
chmod 755 "$folder"
trap 'sh tests/support/postgres.sh stop "$folder/db" >&2; rm -rf "$folder"' EXIT
sh tests/support/postgres.sh start "$folder/db" > "$folder/conninfo" || exit 1
for file in tests/sql/*.sql; do
    psql -qXAt -h "$folder/db" -U postgres -d spoor -f "$file" 2>&1 | sed "s|^psql:|not ok - $file: |"
done
