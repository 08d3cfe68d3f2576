-- One function writes events: in order, once, whatever they say.
BEGIN;
SELECT plan(38);
SET client_min_messages = warning;
CREATE TEMP TABLE ids AS SELECT
    (SELECT id FROM spoor.actor WHERE kind = 'system') AS actor, gen_random_uuid() AS one, gen_random_uuid() AS two, gen_random_uuid() AS three,
    spoor.add_account('ann', 'Ann', '{technician}', 'x', NULL) AS ann, spoor.add_party('place', 'Shelf', NULL, NULL) AS shelf;
SELECT spoor.mint_labels('t', ARRAY['7K3M9QXFDT', 'ABCDEFGHMP'], NULL);
CREATE FUNCTION pg_temp.record(e jsonb) RETURNS SETOF record LANGUAGE sql AS $$ SELECT r FROM spoor.record_events(CASE jsonb_typeof(e) WHEN 'array' THEN e ELSE jsonb_build_array(e) END) r $$;
CREATE TEMP TABLE taken AS SELECT t.* FROM ids, spoor.take_in(jsonb_build_object('event_id', one, 'actor', actor, 'make', 'Dell', 'model', 'X',
    'serial', 'S-1', 'label', '7K3M9QXFDT', 'owner_name', 'Mara', 'owner_email', 'mara@example.org', 'problem', 'p')) t;
SELECT matches((SELECT number FROM taken), '^R-[0-9]{4}-[0-9]{6}$', 'an intake opens a numbered repair');
SELECT is((SELECT array_agg(kind ORDER BY seq) FROM spoor.event), '{registered,label_linked,received}', 'and records what happened');
SELECT is((SELECT outcome FROM ids, spoor.take_in(jsonb_build_object('event_id', one, 'actor', actor)) t), 'replayed', 'the same intake again is the same repair');
SELECT throws_ok(format('SELECT * FROM spoor.take_in(%L)', jsonb_build_object('event_id', two, 'actor', actor, 'serial', 'S-1', 'owner_name', 'M', 'problem', 'p')),
    'SP409', NULL, 'a device that is in repair is not taken in twice') FROM ids;

CREATE TEMP TABLE step AS SELECT r.* FROM ids, spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', two, 'actor', ann, 'kind', 'step',
    'code', '7K3M9QXFDT', 'step', 'diagnosis'))) r;
SELECT is(outcome, 'recorded', 'a step is recorded') FROM step;
SELECT is((SELECT custodian_id FROM spoor.custody c, taken t WHERE c.device_id = t.device_id),
    (SELECT party_id FROM spoor.actor a, ids WHERE a.id = ids.ann), 'whoever scans a step has the device');
SELECT is(r.outcome, 'replayed', 'the same key with the same content is a replay') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', two, 'actor', ann, 'kind', 'step', 'code', '7K3M9QXFDT', 'step', 'diagnosis'))) r;
SELECT is((SELECT deliveries FROM spoor.delivery, ids WHERE event_id = two), 1, 'and a replay writes, so that its answer waits like the first one');
SELECT is(r.outcome, 'conflict', 'the same key with other content is a conflict') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', two, 'actor', ann, 'kind', 'step', 'code', '7K3M9QXFDT', 'step', 'repair'))) r;
SELECT is((SELECT count(*)::int FROM spoor.review), 1, 'which is kept');
SELECT is(r.outcome, 'conflict', 'again') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', two, 'actor', ann, 'kind', 'step', 'code', '7K3M9QXFDT', 'step', 'repair'))) r;
SELECT is((SELECT count(*)::int FROM spoor.review), 1, 'but kept once');
SELECT is((SELECT count(*)::int FROM spoor.event, ids WHERE event_id = two), 1, 'there is one row of that key');

SELECT results_eq(format('SELECT outcome FROM spoor.record_events(%L)', jsonb_build_array(
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'step', 'code', '7K3M9QXFDT', 'step', 'nonsense'),
    jsonb_build_object('event_id', three, 'actor', ann, 'kind', 'note', 'code', '7K3M9QXFDT', 'public_note', 'hello'),
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'note'),
    jsonb_build_object('event_id', three, 'actor', ann, 'kind', 'note', 'code', '7K3M9QXFDT', 'public_note', 'hello'))),
    ARRAY['refused', 'recorded', 'refused', 'replayed'], 'a bad event does not fail its neighbours') FROM ids;
SELECT is((SELECT value FROM spoor.opening o JOIN spoor.event e USING (seq), ids WHERE event_id = three AND tag = 21), 'hello', 'a note stands apart from its row');
SELECT is((SELECT length(salt) FROM spoor.opening LIMIT 1), 32, 'with its own salt');

SELECT is(r.flags & 8, 8, 'a step back without a reason is recorded, and flagged') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'step', 'code', '7K3M9QXFDT', 'step', 'intake'))) r;
SELECT is(r.flags & 8, 0, 'a step back with a reason is not') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'step', 'code', '7K3M9QXFDT', 'step', 'ready'),
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'step', 'code', '7K3M9QXFDT', 'step', 'repair', 'reason', 'QC_FAILED'))) r WHERE r.ordinal = 2;
SELECT is(detail -> 'skipped', '["diagnosis", "repair", "vendor", "quality_check"]', 'skipped steps are listed') FROM spoor.event WHERE step = 'ready' AND kind = 'step';
SELECT is(r.flags & 1, 1, 'a holder that the ledger does not know is a custody break') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'moved', 'code', '7K3M9QXFDT', 'expected_from', shelf))) r;
SELECT is(r.flags & 2, 2, 'what comes late is flagged') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'moved', 'code', '7K3M9QXFDT', 'happened_at', now() - interval '1 day'))) r;
SELECT is(r.flags & 4, 4, 'what comes from the future too') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'moved', 'code', '7K3M9QXFDT', 'happened_at', now() + interval '1 year'))) r;
SELECT is(r.flags & 16, 16, 'a label that nobody linked is kept on an unknown device') FROM ids, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'moved', 'code', 'ABCDEFGHMP'))) r;
SELECT isnt((SELECT device_id FROM spoor.label WHERE code = 'ABCDEFGHMP'), NULL, 'and the label belongs to it from then on');

-- What one call links is linked for what comes behind it in the same call: writers who wait for each other share one.
SELECT spoor.mint_labels('fresh', ARRAY['10000000AE'], NULL);
SELECT results_eq(format('SELECT device_id, flags FROM spoor.record_events(%L)', jsonb_build_array(
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'label_linked', 'device_id', t.device_id, 'detail', '{"label": "10000000AE"}'::jsonb),
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'note', 'code', '10000000AE', 'public_note', 'by its new label'),
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'label_linked', 'device_id', t.device_id, 'detail', '{"label": "ABCDEFGHMP"}'::jsonb),
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', 'note', 'code', 'ABCDEFGHMP', 'public_note', 'no more on the unknown one'))),
    format('SELECT %L::uuid, 0::smallint FROM generate_series(1, 4)', t.device_id), 'a label is on its device for what the same call scans next') FROM ids, taken t;
SELECT results_eq('SELECT l.device_id FROM spoor.label l WHERE l.code IN (''10000000AE'', ''ABCDEFGHMP'')', 'SELECT t.device_id FROM taken t, generate_series(1, 2)',
    'and stays there');

CREATE TEMP TABLE before AS SELECT c.* FROM spoor.custody c, taken t WHERE c.device_id = t.device_id;
CREATE TEMP TABLE wrong AS SELECT r.* FROM ids, spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', '6d0e8f0a-5d4b-4c3a-9b2e-1a2b3c4d5e6f', 'actor', actor,
    'kind', 'moved', 'code', '7K3M9QXFDT', 'place', shelf))) r;
SELECT is(r.outcome, 'recorded', 'an undo is an event too') FROM ids, spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', gen_random_uuid(), 'actor', actor,
    'kind', 'corrected', 'corrects', '6d0e8f0a-5d4b-4c3a-9b2e-1a2b3c4d5e6f', 'detail', jsonb_build_object('correction', 'did_not_occur')))) r;
SELECT ok((SELECT c.custodian_id = b.custodian_id AND c.place_id IS NOT DISTINCT FROM b.place_id FROM spoor.custody c, before b WHERE c.device_id = b.device_id),
    'and restores who had it and where');
SELECT is(r.outcome, 'replayed', 'the same undo again is a replay, whatever its sender may take back by now') FROM ids, spoor.event v, spoor.record_events(jsonb_build_array(
    jsonb_build_object('event_id', v.event_id, 'actor', actor, 'kind', 'corrected', 'corrects', v.corrects, 'detail', v.detail, 'undo_once', true, 'not_theirs', '{"moved": "no"}'::jsonb))) r
 WHERE v.corrects = '6d0e8f0a-5d4b-4c3a-9b2e-1a2b3c4d5e6f';

SELECT is((SELECT max(seq) FROM spoor.event), (SELECT count(*) FROM spoor.event), 'seq has no gaps after the genesis');
SELECT is((SELECT count(*)::int FROM (SELECT device_seq, row_number() OVER (PARTITION BY device_id ORDER BY device_seq) - 1 AS n FROM spoor.event) x WHERE device_seq <> n), 0,
    'nor has any device''s own numbering');
SELECT is((SELECT count(*)::int FROM (SELECT recorded_at < lag(recorded_at) OVER (ORDER BY seq) AS back FROM spoor.event) x WHERE back), 0, 'recorded_at never decreases');
SELECT is((SELECT count(*)::int FROM spoor.device d WHERE NOT EXISTS (SELECT FROM spoor.custody c WHERE c.device_id = d.id)), 0, 'every device has a custodian');
SELECT throws_ok($$SELECT spoor.record_events('[]')$$, 'SP400', NULL, 'an empty batch is refused');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT throws_ok($$INSERT INTO spoor.device DEFAULT VALUES$$, '23503', NULL, 'a device without a custodian cannot be kept');
SELECT throws_ok($$INSERT INTO spoor.custody SELECT * FROM spoor.custody LIMIT 1$$, '23505', NULL, 'nor can one have two');

-- After a restore a device's numbers go on behind those that are lost (sealing.sql): what is undone then is followed by what was before the gap.
CREATE TEMP TABLE undone AS SELECT gen_random_uuid() AS id, c.custodian_id AS had, c.step FROM spoor.custody c, taken t WHERE c.device_id = t.device_id;
UPDATE spoor.custody c SET device_seq = c.device_seq + 5 FROM taken t WHERE c.device_id = t.device_id;
SELECT results_eq(format('SELECT r.outcome, r.step, c.custodian_id FROM spoor.record_events(%L) r JOIN spoor.custody c USING (device_id)', jsonb_build_array(
    jsonb_build_object('event_id', u.id, 'actor', actor, 'kind', 'step', 'code', '7K3M9QXFDT', 'step', 'vendor'),
    jsonb_build_object('event_id', gen_random_uuid(), 'actor', actor, 'kind', 'corrected', 'corrects', u.id, 'detail', '{"correction": "did_not_occur"}'::jsonb))),
    format('VALUES (''recorded'', ''vendor'', %L::uuid), (''recorded'', %L, %1$L)', u.had, u.step), 'an undo behind a gap goes back to what was before it') FROM ids, undone u;
-- Where the ledger's time is ahead of the clock, an intake registers at that time, like what it records beside: the sealer asks for it.
SET CONSTRAINTS ALL DEFERRED;
UPDATE spoor.ledger_head SET recorded_at = recorded_at + interval '1 hour';
CREATE TEMP TABLE ahead AS SELECT t.device_id FROM spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'actor',
    (SELECT a.id FROM spoor.actor a WHERE a.kind = 'system' LIMIT 1), 'serial', 'AHEAD-1', 'owner_name', 'Cas', 'problem', 'p')) t;
SELECT results_eq('SELECT v.kind, v.happened_at = v.recorded_at FROM spoor.event v JOIN ahead USING (device_id) ORDER BY v.device_seq',
    $$ VALUES ('registered', true), ('received', true) $$, 'what an intake records happened when it was recorded');
SELECT * FROM finish();
ROLLBACK;
