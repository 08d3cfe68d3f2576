#!/bin/sh
# A throw-away PostgreSQL with the schema of this tree: postgres.sh start FOLDER | stop FOLDER
# start prints the connection string of a login that may take every role. Runs as postgres when the caller is root.
set -eu
action=$1 folder=$2
bin=$(ls -d /usr/lib/postgresql/1[5-9]/bin | tail -n 1)
as=
[ "$(id -u)" -eq 0 ] && as="setpriv --reuid=postgres --regid=postgres --init-groups"

case $action in
start)
    mkdir -p "$folder"
    [ -z "$as" ] || chown postgres "$folder"
    $as "$bin/initdb" -k -E UTF8 --locale=C -A trust -U postgres -D "$folder/pg" > "$folder/initdb.log" 2>&1
    $as "$bin/pg_ctl" -w -s -D "$folder/pg" -l "$folder/pg.log" -o "-k $folder -c listen_addresses='' -c max_connections=100" start
    psql() { command psql -qX -v ON_ERROR_STOP=1 -h "$folder" -U postgres "$@"; }
    psql -d postgres -f sql/roles.sql
    psql -d postgres -c 'CREATE ROLE spoor_login LOGIN' -c 'GRANT spoor_owner, spoor_app, spoor_public, spoor_audit, spoor_seal TO spoor_login' \
        -c 'CREATE DATABASE spoor OWNER spoor_owner'
    psql -d spoor -c 'CREATE EXTENSION pgtap' > /dev/null
    SPOOR_DATABASE="host=$folder dbname=spoor user=spoor_login" "$BUILD/spoord" migrate >&2
    echo "host=$folder dbname=spoor user=spoor_login"
    ;;
stop)
    [ ! -d "$folder/pg" ] || $as "$bin/pg_ctl" -w -s -D "$folder/pg" -m fast stop || true
    rm -rf "$folder"
    ;;
esac
