#!/bin/sh
# A throw-away PostgreSQL with the schema of this tree: postgres.sh start FOLDER | stop FOLDER
# start prints the connection string of a login that may take every role. Runs as postgres when the caller is root.
# The first start after a build makes a cluster and keeps it stopped in $BUILD/postgres; each start copies it.
set -eu
action=$1 folder=$2
bin=$(ls -d /usr/lib/postgresql/1[5-9]/bin | tail -n 1)
as=
[ "$(id -u)" -eq 0 ] && as="setpriv --reuid=postgres --regid=postgres --init-groups"

control() { $as "$bin/pg_ctl" -w -s -D "$1/pg" "$2" -m fast -l "$1/pg.log" -o "-k $1 -c listen_addresses='' -c max_connections=100" 9>&-; }

# A cluster with the schema in the folder $1, stopped; in a short path, as sockets' paths are.
make_cluster() {
    $as "$bin/initdb" -k -N -E UTF8 --locale=C -A trust -U postgres -D "$1/pg" > "$1/initdb.log" 2>&1
    control "$1" start
    psql() { command psql -qX -v ON_ERROR_STOP=1 -h "$made" -U postgres "$@"; }
    psql -d postgres -f sql/roles.sql
    psql -d postgres -c 'CREATE ROLE spoor_login LOGIN' -c 'GRANT spoor_owner, spoor_app, spoor_public, spoor_audit, spoor_seal TO spoor_login' \
        -c 'CREATE DATABASE spoor OWNER spoor_owner'
    psql -d spoor -c 'CREATE EXTENSION pgtap' > /dev/null
    SPOOR_DATABASE="host=$1 dbname=spoor user=spoor_login" "$BUILD/spoord" migrate >&2
    control "$1" stop
}

keep_cluster() {
    [ "$kept/pg" -nt "$BUILD/spoord" ] && return
    made=$(mktemp -d "${TMPDIR:-/tmp}/spoor-made-XXXXXX")
    trap '[ ! -e "$made/pg/postmaster.pid" ] || control "$made" stop; rm -rf "$made"' EXIT
    [ -z "$as" ] || chown postgres "$made"
    make_cluster "$made"
    rm -rf "$kept"
    mkdir -p "$kept"
    cp -a "$made/pg" "$kept/pg.part"
    touch "$kept/pg.part"
    mv "$kept/pg.part" "$kept/pg"
}

case $action in
start)
    kept=$BUILD/postgres
    (flock 9; keep_cluster) 9> "$BUILD/postgres.lock"
    mkdir -p "$folder"
    [ -z "$as" ] || chown postgres "$folder"
    cp -a "$kept/pg" "$folder/pg"
    control "$folder" start
    echo "host=$folder dbname=spoor user=spoor_login"
    ;;
stop)
    [ ! -d "$folder/pg" ] || control "$folder" stop || true
    rm -rf "$folder"
    ;;
esac
