-- What waits for a lead is bounded for each sender, and counted as it comes and goes.
BEGIN;
SELECT plan(22);
SET client_min_messages = warning;
SELECT spoor.mint_labels('t', ARRAY['7K3M9QXFDT'], NULL);
CREATE TEMP TABLE ids AS SELECT spoor.add_scanner('Bench 2', NULL, '\x01', NULL) AS scanner, spoor.add_scanner('Bench 3', NULL, '\x02', NULL) AS other,
    gen_random_uuid() AS first, gen_random_uuid() AS again, gen_random_uuid() AS beyond;
CREATE FUNCTION pg_temp.scan(of_event uuid, number bigint, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('event_id', of_event, 'actor', scanner, 'kind', 'step', 'step', 'repair', 'code', '7K3M9QXFDT',
        'scanner_id', scanner, 'scanner_seq', number, 'offset_minutes', 60) || more FROM ids $$;
CREATE FUNCTION pg_temp.outcome(e jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT r.outcome || ' ' || (r.flags & 128) FROM spoor.record_events(jsonb_build_array(e)) r $$;
CREATE FUNCTION pg_temp.waiting() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM spoor.review r, ids WHERE r.actor_id = scanner AND r.settled_at IS NULL $$;
-- Senders of whom the counter says something else than there is.
CREATE FUNCTION pg_temp.miscounted() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM (SELECT r.actor_id, count(*) AS n FROM spoor.review r WHERE r.settled_at IS NULL GROUP BY 1) w
      FULL JOIN spoor.review_count c USING (actor_id) WHERE coalesce(w.n, 0) <> coalesce(c.waiting, 0) $$;

SELECT is(pg_temp.outcome(pg_temp.scan(first, 1)), 'recorded 0', 'a scan is recorded') FROM ids;
INSERT INTO spoor.review (event_id, actor_id, body, body_hash, why)
SELECT gen_random_uuid(), scanner, '{}', '\x00', 'kept before' FROM ids, generate_series(1, 9998);
SELECT is(pg_temp.miscounted(), 0::bigint, 'what is kept is counted');

SELECT is(pg_temp.outcome(pg_temp.scan(gen_random_uuid(), 1)), 'recorded 128', 'a number that is used again is recorded and flagged');
SELECT is(pg_temp.waiting(), 9999::bigint, 'and waits for a lead');
SELECT is(pg_temp.outcome(pg_temp.scan(first, 1, '{"step": "ready"}')), 'conflict 0', 'so does other content under the same key, while there is room') FROM ids;
SELECT is(pg_temp.waiting(), 10000::bigint, 'up to 10,000 of one sender');

SELECT is(pg_temp.outcome(pg_temp.scan(beyond, 1)), 'recorded 128', 'beyond that, a number that is used again is recorded still') FROM ids;
SELECT is(pg_temp.outcome(pg_temp.scan(beyond, 1)), 'replayed 128', 'once') FROM ids;
SELECT is((SELECT count(*) FROM spoor.event v, ids WHERE v.event_id = beyond AND v.flags & 128 <> 0 AND v.scanner_id IS NULL), 1::bigint, 'with its flag in the ledger');
SELECT is(pg_temp.waiting(), 10000::bigint, 'but does not wait for a lead');
SELECT is((SELECT c.left_out FROM spoor.review_count c, ids WHERE c.actor_id = scanner), 1::bigint, 'and it is counted that it was left out');
SELECT is(pg_temp.outcome(pg_temp.scan(first, 1, '{"step": "ready"}')), 'conflict 0', 'what is kept already is told as before') FROM ids;
SELECT is(pg_temp.outcome(pg_temp.scan(first, 1, '{"step": "diagnosis"}')), 'refused 0', 'other content is the sender''s to keep') FROM ids;
SELECT is(pg_temp.outcome(pg_temp.scan(gen_random_uuid(), 1) || jsonb_build_object('actor', other)), 'recorded 128', 'another sender has room of its own') FROM ids;

SELECT spoor.settle_review(r.id, NULL) FROM spoor.review r WHERE r.why = 'kept before' ORDER BY r.id LIMIT 3;
SELECT spoor.settle_review((SELECT min(id) FROM spoor.review), NULL);
SELECT results_eq(format('SELECT outcome FROM spoor.record_events(%L)', (SELECT jsonb_agg(pg_temp.scan(first, 1, jsonb_build_object('public_note', n))) FROM generate_series(1, 5) n)),
    ARRAY['conflict', 'conflict', 'conflict', 'refused', 'refused'], 'each one that a lead settles, once, makes room for another, within one call too') FROM ids;
SELECT is(pg_temp.outcome(pg_temp.scan(gen_random_uuid(), 1, '{"step": "no such"}')), 'refused 0', 'what is refused is not left out');
SELECT is((SELECT c.left_out FROM spoor.review_count c, ids WHERE c.actor_id = scanner), 1::bigint, 'for its sender keeps it');
DELETE FROM spoor.review WHERE id IN (SELECT id FROM spoor.review WHERE why = 'kept before' ORDER BY id DESC LIMIT 7);
UPDATE spoor.review SET settled_at = NULL WHERE id = (SELECT min(id) FROM spoor.review);
SELECT is(pg_temp.miscounted(), 0::bigint, 'the counter says what there is after all that');
SELECT spoor.settle_review(r.id, NULL) FROM spoor.review r ORDER BY r.id;
SELECT results_eq('SELECT DISTINCT waiting, left_out FROM spoor.review_count', $$ VALUES (0::bigint, 0::bigint) $$, 'and begins anew once all is settled');
SELECT is((SELECT count(*) FROM spoor.review_count), 2::bigint, 'for each sender of whom something was kept');
INSERT INTO spoor.review (event_id, actor_id, body, body_hash, why) SELECT gen_random_uuid(), scanner, '{}', '\x00', 'kept' FROM ids, generate_series(1, 3) n;
SET session_replication_role = replica;
DELETE FROM spoor.review WHERE id = (SELECT max(id) FROM spoor.review);
RESET session_replication_role;
\i sql/functions/reviews.sql
SELECT is(pg_temp.miscounted(), 0::bigint, 'a migrate counts anew what went without being counted');
TRUNCATE spoor.review;
SELECT is(pg_temp.miscounted(), 0::bigint, 'and so does the end of all at once');
SELECT * FROM finish();
ROLLBACK;
