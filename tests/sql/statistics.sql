-- The planner remembers nothing of what can name a person, also on a database that an older version has analyzed.
BEGIN;
SELECT plan(4);
SET client_min_messages = warning;
CREATE TEMP TABLE named AS SELECT a.attrelid::regclass AS thing, a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'spoor'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND a.attstattarget = 0;
CREATE FUNCTION pg_temp.kept() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM pg_stats s WHERE s.schemaname = 'spoor' AND (s.tablename IN ('party_by_name', 'party_by_email')
        OR EXISTS (SELECT FROM named n WHERE n.thing = format('spoor.%I', s.tablename)::regclass AND n.name = s.attname)) $$;
DO $$
DECLARE n record;
BEGIN
    FOR n IN SELECT * FROM named LOOP EXECUTE format('ALTER TABLE %s ALTER %I SET STATISTICS -1', n.thing, n.name); END LOOP;
END $$;
ALTER INDEX spoor.party_by_name ALTER COLUMN 1 SET STATISTICS -1;
ALTER INDEX spoor.party_by_email ALTER COLUMN 1 SET STATISTICS -1;
SELECT spoor.add_account('ann', 'Ann', '{technician}', 'x', NULL);
SELECT spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'actor', (SELECT id FROM spoor.actor WHERE kind = 'system'), 'make', 'Dell', 'model', 'X',
    'serial', 'S-1', 'owner_name', o, 'owner_email', o || '@example.org', 'problem', 'p')) FROM (VALUES ('Mara')) t (o);
ANALYZE;
DO $$
DECLARE n record;
BEGIN
    FOR n IN SELECT * FROM named LOOP EXECUTE format('ALTER TABLE %s ALTER %I SET STATISTICS 0', n.thing, n.name); END LOOP;
END $$;
ANALYZE;
SELECT cmp_ok(pg_temp.kept(), '>', 8::bigint, 'what was remembered stays when a column is told to be passed by');
SET ROLE spoor_owner;
\i sql/migrations/0016_statistics_forgotten.sql
RESET ROLE;
SELECT is(pg_temp.kept(), 0::bigint, 'the migration forgets it');
SELECT is((SELECT count(*) FROM pg_attribute a WHERE a.attstattarget <> 0 AND (a.attrelid IN ('spoor.party_by_name'::regclass, 'spoor.party_by_email'::regclass)
    OR EXISTS (SELECT FROM named n WHERE n.thing = a.attrelid AND n.name = a.attname))), 0::bigint, 'and nothing of it is to be learnt again');
SELECT is((SELECT p.name FROM spoor.party p WHERE lower(p.email) = 'mara@example.org'), 'Mara', 'while what they hold stays');
SELECT * FROM finish();
ROLLBACK;
