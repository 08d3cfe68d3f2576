-- Finding whom a scan names, in what its scanner signed.
BEGIN;
SELECT plan(26);
SET client_min_messages = warning;
SELECT spoor.mint_labels('t', ARRAY['7K3M9QXFDR'], NULL);
CREATE TEMP TABLE ids AS SELECT spoor.add_party('person', 'Ann', NULL, NULL, '7K3M9QXFDR') AS ann, spoor.add_party('person', 'Ben', NULL, NULL) AS ben;
-- A value of tag 21 with one field of this number in it.
CREATE FUNCTION pg_temp.signature(number int, said text) RETURNS text LANGUAGE sql AS $$
    SELECT 'ed25519 00 00 ' || encode('spoor-scan/v1\000'::bytea || '\x010000000161'::bytea || set_byte('\x00', 0, number) || int4send(octet_length(said))
        || convert_to(said, 'UTF8') || '\x0b0000000161'::bytea, 'hex') $$;
SELECT is(spoor.signed_receiver(pg_temp.signature(9, 'Zoë')), 'Zoë', 'the receiver is what stands in the field 09');
SELECT is(spoor.signed_receiver(pg_temp.signature(8, 'QUEUE')), NULL, 'and nobody where there is none');
SELECT is(spoor.signed_receiver(x), NULL, 'nor in what is no signature: ' || left(x, 40)) FROM unnest(ARRAY['', 'ed25519 key signature statement',
    'ed25519 00 00 73', 'ed25519 00 00 00ffffffff', 'ed25519 00 00 0009ffffffff61', 'ed25519 00 00 000900000001ff']) x;
SELECT is((SELECT array_agg(spoor.is_signed(ann, pg_temp.signature(9, x)) ORDER BY n) FROM unnest(ARRAY['7K3M9QXFDR', '7k3m9-qxfdr', 'HTTPS://FIX.EXAMPLE/D/7K3M9QXFDR', 'https://fix.example/d/7K3M9-QXFDR/?from=mail', ann::text, '7K3M9QXFD0']) WITH ORDINALITY u (x, n)),
    '{t,t,t,t,t,f}', 'a badge is read in all its forms, an id as it is') FROM ids;
SELECT is(spoor.is_signed(ben, pg_temp.signature(9, '7K3M9QXFDR')), false, 'of the one who has it') FROM ids;
SELECT is(spoor.is_signed(ann, pg_temp.signature(17, ann::text)), true, 'an id is found wherever it was signed, as the holder before') FROM ids;
SELECT is(spoor.is_signed(ann, NULL), NULL, 'no signature names nobody') FROM ids;
SELECT throws_ok(format('SELECT spoor.erase_person(%L, NULL, ''REQUEST'', 0, ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'')', gen_random_uuid()), 'SP404', NULL, 'nobody is not erased');
-- What is kept for a lead goes with a person where it is of their time or names them, not with everything of a device they once had.
CREATE FUNCTION pg_temp.keep(at timestamptz, body jsonb) RETURNS bigint LANGUAGE sql AS $$ INSERT INTO spoor.review (received_at, event_id, actor_id, body, body_hash, why)
    SELECT at, gen_random_uuid(), a.id, body, '\x00', 'kept' FROM spoor.actor a WHERE a.kind = 'system' LIMIT 1 RETURNING id $$;
CREATE TEMP TABLE taken_in AS SELECT t.* FROM spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'actor',
    (SELECT a.id FROM spoor.actor a WHERE a.kind = 'system' LIMIT 1), 'serial', 'E1', 'owner_name', 'Cas', 'problem', 'p')) t;
CREATE TEMP TABLE visit AS SELECT r.id AS repair_id, r.device_id, r.owner_id FROM taken_in t JOIN spoor.repair r ON r.id = t.repair_id;
UPDATE spoor.repair r SET opened_at = '2026-03-01', returned_at = '2026-03-05', closed_at = '2026-03-10' FROM visit WHERE r.id = visit.repair_id;
CREATE TEMP TABLE kept AS SELECT r.id, what FROM visit, ids, LATERAL (VALUES ('of that time', '2026-03-02'::timestamptz, jsonb_build_object('alias', 'E1')),
    ('told later', '2026-06-01', jsonb_build_object('device_id', device_id, 'happened_at', '2026-03-09T10:00:00+01:00')), ('of another owner''s time', '2026-06-01', jsonb_build_object('device_id', device_id)),
    ('of another device', '2026-03-02', jsonb_build_object('alias', 'E2')), ('that names them', '2026-06-01', jsonb_build_object('alias', 'E2', 'to', owner_id)),
    ('of their repair', '2026-06-01', jsonb_build_object('alias', 'E1', 'repair_id', repair_id)), ('that names a badge', '2026-06-01', jsonb_build_object('detail', '7K3M9QXFDR'))) k (what, at, body)
 CROSS JOIN LATERAL pg_temp.keep(at, body) r (id);
SELECT is((SELECT array_agg(k.what ORDER BY k.id) FROM kept k WHERE k.id IN (SELECT spoor.reviews_of(owner_id, '{}', 0))),
    '{of that time,told later,that names them,of their repair}', 'of an owner') FROM visit;
SELECT is((SELECT array_agg(k.what ORDER BY k.id) FROM kept k WHERE k.id IN (SELECT spoor.reviews_of(ann, '{}', 0))), '{that names a badge}', 'of who has a badge') FROM ids;
SELECT is((SELECT count(*) FROM spoor.reviews_of(owner_id, '{}', (SELECT max(id) FROM kept))), 0::bigint, 'after a number there is what came later') FROM visit;
-- Of a detail that an erasure took, the row may change in whom it names, and in nothing else; a correction's detail is not taken.
CREATE TEMP TABLE told AS SELECT gen_random_uuid() AS note, gen_random_uuid() AS undone, spoor.add_account('dan', 'Dan', '{technician}', 'x', NULL) AS dan;
CREATE FUNCTION pg_temp.tell(event jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT r.outcome FROM told, spoor.record_events(jsonb_build_array(jsonb_build_object('actor', dan, 'alias', 'E9') || event)) r $$;
SELECT is(pg_temp.tell(jsonb_build_object('event_id', note, 'kind', 'note', 'detail', jsonb_build_object('with', 'cc-' || ben, 'outcome', 'repaired', 'beside', repeat('1', 8) || '-1111-1111-1111-1111' || ann))), 'recorded', 'a detail names two')
  FROM told, ids;
SELECT is(pg_temp.tell(jsonb_build_object('event_id', undone, 'kind', 'corrected', 'corrects', note, 'detail', jsonb_build_object('correction', 'did_not_occur', 'with', ben))), 'recorded', 'and a correction one')
  FROM told, ids;
SELECT results_eq('SELECT e.event_id, e.tags FROM ids, spoor.erasable(ben) e', 'SELECT note, ''24'' FROM told', 'the correction stays as it was sealed');
INSERT INTO spoor.notice (seq, type, recorded_at, actor_id, target, erased, reason) SELECT 900, 2, now(), dan, note, '{24}', 'REQUEST' FROM told;
CREATE FUNCTION pg_temp.change(how text) RETURNS text LANGUAGE sql AS $$
    SELECT format('UPDATE spoor.event v SET detail = %s FROM told, ids WHERE v.event_id = note', how) $$;
SELECT throws_ok(pg_temp.change(how), 'SP403', NULL, 'not ' || how) FROM unnest(ARRAY['NULL', 'v.detail - ''outcome''', 'v.detail || ''{"outcome": "lost"}''']) how;
SELECT lives_ok(pg_temp.change(format('replace(v.detail::text, %L, ''(erased)'')::jsonb', who)), 'but without whom it names') FROM ids, unnest(ARRAY[ben, ann]) who;
-- An account whose person was erased records nothing more: its name would be another one in the log.
SELECT lives_ok('SELECT spoor.enable_account(login, true, NULL) FROM (VALUES (''dan'')) l (login)', 'an account is enabled');
UPDATE spoor.party SET erased_at = now() WHERE id = (SELECT a.party_id FROM spoor.actor a, told WHERE a.id = told.dan);
SELECT throws_ok('SELECT spoor.enable_account(login, true, NULL) FROM (VALUES (''dan'')) l (login)', 'SP409', 'This account was its person''s, who was erased; add a new one', 'not when its person was erased');
SELECT * FROM finish();
ROLLBACK;
