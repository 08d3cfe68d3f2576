#!/bin/sh
# Spoor against pgbench in one run on one private cluster: hand-offs and device reads, and what the service costs at rest.
# Prints a table for tests/bench/README.md. SECONDS_EACH=5 sets the length of each round.
set -eu
each=${SECONDS_EACH:-5}
folder=$(mktemp -d /tmp/spoor-bench-XXXXXX)
chmod 755 "$folder"
port=${SPOOR_PORT:-8391}
export SPOOR_STATE="$folder/state" SPOOR_PORT="$port"
pgbench=$(ls /usr/lib/postgresql/*/bin/pgbench | tail -n 1)
service=
trap '[ -z "$service" ] || { kill "$service" 2> /dev/null || true; wait "$service" 2> /dev/null || true; }; rm -rf "$folder"' EXIT

ready() { # starts the service and prints the milliseconds until it answers
    begun=$(date +%s%N)
    "$BUILD/spoord" serve > "$folder/out" 2> "$folder/log" &
    service=$!
    until curl -sf "http://localhost:$port/health" > /dev/null 2>&1; do
        kill -0 "$service" || { tail "$folder/log" "$folder/out" >&2; exit 1; }
        sleep 0.02
    done
    echo "$1: $((($(date +%s%N) - begun) / 1000000)) ms"
}
ready 'time to ready, first start'
kill "$service"; wait "$service" || true
ready 'time to ready, second start'
token=$("$BUILD/spoord" token add bench --role technician)
codes= ids=
for n in 1 2 3 4 5 6 7 8; do
    codes="$codes BENCH-$n"
    ids="$ids $("$BUILD/spoord" device add --model "Bench $n" --serial "BENCH-$n")"
done
database="host=$SPOOR_STATE/run dbname=spoor user=spoor_login"
actor=$(psql -qXAt "$database" -c "SET ROLE spoor_app" -c "SELECT id FROM spoor.actor WHERE kind = 'token'")
first=$(echo $ids | cut -d' ' -f1)
cat > "$folder/write.sql" <<SQL
\\set n random(1, 8)
SELECT outcome FROM spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', gen_random_uuid(), 'actor', '$actor', 'kind', 'moved', 'alias', 'BENCH-' || :n, 'happened_at', now())));
SQL
{ sed "s/\\\$1::uuid/'$first'::uuid/" sql/queries/device_facts.sql
  sed "s/\\\$1::uuid/'$first'::uuid/; s/\\\$2::int/2147483647/; s/\\\$3::int/20/" sql/queries/device_events.sql; } | grep -v '^--' > "$folder/read.sql"
peer() { # SCRIPT CLIENTS
    PGOPTIONS='-c role=spoor_app' "$pgbench" -n -M prepared -c "$2" -j 2 -T "$each" -f "$folder/$1.sql" "$database" 2> /dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}
ours() { # MODE CLIENTS
    # shellcheck disable=SC2086
    "$BUILD/tests/bench/load" "$port" "$1" "$2" "$each" "$token" $codes
}
resident() { awk '/VmRSS/ { print $2 }' "/proc/$service/status"; }
echo "resident memory at rest: $(resident) KiB"
echo '| what | connections | Spoor /s | pgbench tps | ratio | Spoor median µs | p99 µs | wrong answers |'
echo '|---|---|---|---|---|---|---|---|'
for mode in ${MODES:-post:write device:read}; do
    for clients in 1 8 64; do
        tps=$(peer "${mode#*:}" "$clients")
        line=$(ours "${mode%:*}" "$clients")
        echo "$line" | awk -v what="${mode%:*}" -v clients="$clients" -v tps="$tps" '{ for (i = 1; i <= NF; i++) { split($i, pair, "="); v[pair[1]] = pair[2] }
            printf "| %s | %s | %s | %.0f | %.2f | %s | %s | %s |\n", what == "post" ? "hand-offs" : "device reads", clients, v["per_second"], tps, v["per_second"] / tps, v["median_us"], v["p99_us"], v["wrong"] }'
    done
done
echo "resident memory after the load: $(resident) KiB"
