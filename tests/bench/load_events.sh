#!/bin/sh
# Fills a database with believable history, by COPY into the real tables:
#   sh tests/bench/load_events.sh CONNINFO EVENTS
# Devices of 20 to 50 events each, interleaved as in a workshop, with their repairs, owners, labels, serial numbers
# (LOADED-1 …) and openings; all but the last 2,000 and those with a label were returned. Constraints and indexes are taken
# away before and made again after, so each is checked on all rows. Only for a ledger that is not sealed yet: a sealer seals
# what it finds at its first start.
# Leaves schema bench: device (n, id) and code (n, code) for who measures. CONNINFO's login may take spoor_owner.
set -eu
conninfo=$1 events=$2
devices=$(((events + 34) / 35))
file=$(mktemp "${TMPDIR:-/tmp}/spoor-load-XXXXXX")
trap 'rm -f "$file"' EXIT
sql() { PGOPTIONS="-c role=spoor_owner -c synchronous_commit=off -c maintenance_work_mem=512MB -c work_mem=128MB" psql -qXAt -v ON_ERROR_STOP=1 "$conninfo" "$@"; }
tell() { [ ! -t 2 ] || printf '  %s\n' "$1" >&2; }
copy() { # TABLE SELECT
    tell "copies into $1"
    sql -c "COPY ($2) TO STDOUT" > "$file"
    sql -c "COPY $1 FROM STDIN" < "$file"
}

sql <<SQL
CREATE SCHEMA bench;
CREATE TABLE bench.again AS
SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make,
       format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away, contype <> 'f' AS before
  FROM pg_constraint
 WHERE connamespace = 'spoor'::regnamespace AND (contype = 'f' OR contype IN ('p', 'u')
       AND conrelid IN ('spoor.event'::regclass, 'spoor.opening'::regclass))
UNION ALL
SELECT pg_get_indexdef(i.indexrelid), 'DROP INDEX ' || i.indexrelid::regclass, true FROM pg_index i
 WHERE i.indrelid IN ('spoor.event'::regclass, 'spoor.opening'::regclass)
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'));
SELECT away FROM bench.again ORDER BY before
\gexec
-- Labels that somebody minted go to devices from all over the ledger.
CREATE UNLOGGED TABLE bench.labelled AS
SELECT l.code, 1 + (l.position - 1)::bigint * $devices / b.count AS n FROM spoor.label l JOIN spoor.label_batch b ON b.name = l.batch WHERE l.batch = 'loaded';
CREATE UNLOGGED TABLE bench.device AS
SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS repair, (20 + n::bigint * 7919 % 31)::int AS events,
       n > $devices - 2000 OR n IN (SELECT l.n FROM bench.labelled l) AS in_repair FROM generate_series(1, $devices) n;
CREATE UNLOGGED TABLE bench.owner AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, $devices / 3) n;
CREATE UNLOGGED TABLE bench.person AS SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS actor FROM generate_series(0, 49) n;
CREATE UNLOGGED TABLE bench.place AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, 19) n;
CREATE UNLOGGED TABLE bench.scanner AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, 19) n;
-- What is the same for each tenth event of a device.
CREATE TABLE bench.pattern (m int PRIMARY KEY, kind text, step text, tech int, place int, waiting text, reason text, scanned boolean);
INSERT INTO bench.pattern VALUES (0, 'step', 'intake', 0, 0, NULL, NULL, false), (1, 'moved', 'intake', 0, 1, NULL, NULL, true),
    (2, 'step', 'diagnosis', 0, 1, NULL, NULL, true), (3, 'note', 'diagnosis', 0, 1, NULL, NULL, false),
    (4, 'handed_over', 'diagnosis', 1, 1, NULL, NULL, false), (5, 'step', 'repair', 1, 1, NULL, NULL, true),
    (6, 'waiting', 'repair', 1, 1, 'PARTS_ORDERED', 'PARTS_ORDERED', false), (7, 'waiting_ended', 'repair', 1, 1, NULL, NULL, false),
    (8, 'step', 'quality_check', 1, 2, NULL, NULL, true), (9, 'step', 'ready', 1, 2, NULL, NULL, true);
SELECT setseed(0.5);
CREATE UNLOGGED TABLE bench.plan AS
SELECT h.next_seq - 1 + row_number() OVER (ORDER BY d.n + 12 * j + random()) AS seq, d.n, j
  FROM spoor.ledger_head h, bench.device d CROSS JOIN LATERAL generate_series(0, d.events - 1) j;
CREATE UNIQUE INDEX ON bench.device (n);
CREATE VIEW bench.event AS
SELECT p.seq, d.id AS device, p.j, d.repair, CASE WHEN p.j = 0 THEN 'received' ELSE m.kind END AS kind,
       h.recorded_at + (p.seq - h.next_seq) * interval '1 microsecond' AS at, m.m, m.step, m.waiting, m.reason, m.scanned,
       a.id AS to_id, pl.id AS place_id, CASE WHEN p.j > 0 THEN b.id END AS from_id, a.actor, a.n AS person, s.id AS scanner,
       pl.n AS place, p.n, s.n AS scanner_n
  FROM spoor.ledger_head h, bench.plan p
  JOIN bench.device d ON d.n = p.n JOIN bench.pattern m ON m.m = p.j % 10 JOIN bench.pattern was ON was.m = (p.j + 9) % 10
  JOIN bench.person a ON a.n = (p.n + m.tech) % 50 JOIN bench.person b ON b.n = (p.n + was.tech) % 50
  JOIN bench.place pl ON pl.n = (p.n + m.place) % 20 LEFT JOIN bench.scanner s ON m.scanned AND s.n = p.n % 20;
ANALYZE bench.plan, bench.device;
SQL
copy 'spoor.party (id, kind, name)' "SELECT id, 'person', 'Technician ' || n FROM bench.person UNION ALL SELECT id, 'place', 'Shelf ' || n FROM bench.place UNION ALL SELECT id, 'person', 'Owner number ' || n FROM bench.owner"
copy 'spoor.actor (id, kind, party_id, name)' "SELECT actor, 'token', id, 'Technician ' || n FROM bench.person UNION ALL SELECT s.id, 'scanner', p.id, 'Scanner ' || s.n FROM bench.scanner s JOIN bench.person p USING (n)"
copy 'spoor.scanner (id)' 'SELECT id FROM bench.scanner'
copy 'spoor.device (id, make, model, owner_id)' "SELECT d.id, 'Lenovo', 'ThinkPad T' || d.n % 90, o.id FROM bench.device d JOIN bench.owner o ON o.n = d.n / 3"
copy 'spoor.alias (device_id, kind, value)' "SELECT id, 'serial', 'LOADED-' || n FROM bench.device"
copy 'spoor.repair (id, number, device_id, owner_id, problem, link_hash, returned_at, closed_at)' "SELECT d.repair, 'R-2020-' || lpad(d.n::text, 8, '0'), d.id, o.id, 'It does not start when the lid is opened', sha256(uuid_send(d.id)), CASE WHEN NOT d.in_repair THEN now() END, CASE WHEN NOT d.in_repair THEN now() END FROM bench.device d JOIN bench.owner o ON o.n = d.n / 3"
copy 'spoor.event (seq, event_id, device_id, device_seq, repair_id, kind, recorded_at, happened_at, offset_minutes, actor_id, scanner_id, scanner_seq, from_id, to_id, place_id, step, waiting, reason, flags, content_hash, named, said, mac)' \
    "SELECT seq, gen_random_uuid(), device, j, repair, kind, at, at, 60, coalesce(scanner, actor), scanner, CASE WHEN scanner IS NOT NULL THEN seq END, from_id, to_id, place_id, step, waiting, reason, 0, sha256(int8send(seq)), 'LOADED-' || n, 8, sha256(int8send(-seq)) FROM bench.event ORDER BY seq"
copy 'spoor.opening (seq, tag, value, salt)' "
    SELECT e.seq, o.tag, o.value, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM bench.event e CROSS JOIN LATERAL (VALUES
        (17, CASE WHEN e.from_id IS DISTINCT FROM e.to_id THEN e.to_id || ' Technician ' || e.person END),
        (18, CASE WHEN e.m IN (1, 8) OR e.m = 0 THEN e.place_id || ' Shelf ' || e.place END),
        (19, CASE WHEN e.j = 0 THEN 'laptop|Lenovo|ThinkPad T' || e.n % 90 || '|serial=LOADED-' || e.n END),
        (20, coalesce(e.scanner || ' Scanner ' || e.scanner_n, e.actor || ' Technician ' || e.person)),
        (21, CASE WHEN e.m = 3 THEN 'We have found out what is wrong: the hinge presses on the cable of the screen.' END)) AS o (tag, value)
     WHERE o.value IS NOT NULL ORDER BY e.seq, o.tag"
copy 'spoor.custody (device_id, custodian_id, since, place_id, repair_id, step, step_since, waiting, seq, device_seq)' \
    "SELECT device, to_id, at, place_id, CASE WHEN d.in_repair THEN e.repair END, CASE WHEN d.in_repair THEN step ELSE 'return' END, at, CASE WHEN d.in_repair THEN waiting END, e.seq, j FROM bench.event e JOIN bench.device d ON d.id = e.device AND e.j = d.events - 1"
tell 'makes indexes and checks constraints'
sql <<SQL
SELECT make FROM bench.again ORDER BY before DESC, make LIKE '%PRIMARY KEY%' DESC
\gexec
UPDATE spoor.ledger_head SET next_seq = (SELECT max(seq) + 1 FROM bench.plan), recorded_at = (SELECT max(recorded_at) FROM spoor.event);
UPDATE spoor.label l SET device_id = d.id, linked_at = now() FROM bench.labelled w JOIN bench.device d USING (n) WHERE l.code = w.code;
CREATE TABLE bench.code AS SELECT row_number() OVER (ORDER BY l.position)::int AS n, l.code, l.device_id FROM spoor.label l
 WHERE l.batch = 'loaded' AND l.device_id IS NOT NULL;
DROP VIEW bench.event;
DROP TABLE bench.plan;
SQL
