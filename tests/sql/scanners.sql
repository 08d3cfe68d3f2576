-- Scanners: revoked ones, their clocks, and the numbers that never came.
BEGIN;
SELECT plan(24);
SET client_min_messages = warning;
SELECT spoor.mint_labels('t', ARRAY['7K3M9QXFDT'], NULL);
CREATE TEMP TABLE ids AS SELECT spoor.add_scanner('Bench 2', NULL, '\x01', NULL) AS scanner, gen_random_uuid() AS again;
SELECT results_eq($$ SELECT name FROM spoor.enroll_scanner('\x01', '\x02', decode(repeat('07', 32), 'hex'), 'https://fix.example.nl', 3) $$,
    ARRAY['Bench 2'], 'a scanner enrols with a key of its own');
CREATE FUNCTION pg_temp.scan(number bigint, made interval, more jsonb DEFAULT '{}') RETURNS record LANGUAGE sql AS $$
    SELECT ROW(r.outcome, r.flags, r.message) FROM ids, spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', gen_random_uuid(), 'actor', scanner,
        'kind', 'step', 'step', 'repair', 'code', '7K3M9QXFDT', 'scanner_id', scanner, 'scanner_seq', number,
        'happened_at', clock_timestamp() + made, 'offset_minutes', 60) || more)) r $$;
CREATE TEMP TABLE told (n int, outcome text, flags int, message text);
CREATE FUNCTION pg_temp.tell(n int, number bigint, made interval, more jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
    INSERT INTO told SELECT n, t.* FROM pg_temp.scan(number, made, more) AS t (outcome text, flags smallint, message text) $$;

SELECT pg_temp.tell(1, 3, '-1 minute');
SELECT results_eq('SELECT outcome, flags FROM told WHERE n = 1', $$ VALUES ('recorded'::text, 16) $$, 'its first scan is recorded');
SELECT pg_temp.tell(2, 4, '-1 minute', '{"clock_skew_ms": 119000}');
SELECT results_eq('SELECT outcome, flags FROM told WHERE n = 2', $$ VALUES ('recorded'::text, 0) $$, 'a clock that is two minutes off is fine');
SELECT is((SELECT detail ->> 'clock_skew_ms' FROM spoor.event WHERE scanner_seq = 4), '119000', 'the difference is kept');
SELECT pg_temp.tell(3, 7, '-1 minute', '{"clock_skew_ms": -121000}');
SELECT results_eq('SELECT outcome, flags FROM told WHERE n = 3', $$ VALUES ('recorded'::text, 4) $$, 'more is flagged as clock_suspect');
SELECT pg_temp.tell(4, 8, '-1 minute', '{"signature": "ed25519 key signature statement"}');
SELECT is((SELECT value FROM spoor.opening o JOIN spoor.event v USING (seq) WHERE v.scanner_seq = 8 AND o.tag = 33), 'ed25519 key signature statement',
    'the signature stands beside the event, for the sealed entry');
SELECT results_eq('SELECT name, first, last FROM spoor.scanner_gaps()', $$ VALUES ('Bench 2', 5::bigint, 6::bigint) $$,
    'numbers that never came are seen, from its first one on');
SELECT pg_temp.tell(10, 7, '-30 seconds');
SELECT results_eq('SELECT outcome, flags FROM told WHERE n = 10', $$ VALUES ('recorded'::text, 128) $$, 'a number that is used again is never silent');
SELECT is((SELECT count(*)::int FROM spoor.event WHERE scanner_seq = 7), 1, 'and the first one keeps it');

SELECT spoor.revoke_scanner(scanner, NULL) FROM ids;
SELECT is((SELECT roles FROM spoor.bearer_lookup('\x02')), 'revoked_scanner', 'a revoked scanner is known still, with one right');
UPDATE spoor.scanner SET revoked_at = clock_timestamp() - interval '30 seconds';
SELECT pg_temp.tell(5, 9, '-40 seconds');
SELECT results_eq('SELECT outcome, flags & 32 FROM told WHERE n = 5', $$ VALUES ('recorded'::text, 32) $$, 'what it scanned before is recorded, and flagged');
SELECT pg_temp.tell(6, 12, '-35 seconds');
SELECT pg_temp.tell(7, 11, '-5 seconds');
SELECT results_eq('SELECT outcome, flags & 32 FROM told WHERE n = 7', $$ VALUES ('conflict'::text, 32) $$, 'what it scanned later is kept apart');
SELECT pg_temp.tell(8, 13, '-40 seconds');
SELECT is((SELECT outcome FROM told WHERE n = 8), 'conflict', 'so is what its own count says was scanned after that, whatever time it claims');
SELECT pg_temp.tell(9, 10, '-40 seconds', '{"clock_skew_ms": 20000}');
SELECT is((SELECT outcome FROM told WHERE n = 9), 'conflict', 'its time is taken with the difference of its clock');
SELECT is((SELECT count(*)::int FROM spoor.review WHERE why LIKE 'this scanner was revoked before%'), 3, 'none of them is dropped');
SELECT matches((SELECT message FROM told WHERE n = 7), 'kept, a lead will look at it', 'and the scanner hears the truth');
SELECT results_eq('SELECT first, last FROM spoor.scanner_gaps()', $$ VALUES (5::bigint, 6::bigint) $$, 'what is kept apart is no gap');

-- What was refused did come; of each scanner the highest 10,000 are known.
SELECT spoor.note_refused(scanner, '[{"number": 5, "why": "so"}, {"number": 5, "why": "so"}]') FROM ids;
SELECT results_eq('SELECT first, last FROM spoor.scanner_gaps()', $$ VALUES (6::bigint, 6::bigint) $$, 'what was refused is no gap');
SELECT spoor.note_refused(scanner, (SELECT jsonb_agg(jsonb_build_object('number', n, 'why', 'no')) FROM generate_series(100001, 110003) n)) FROM ids;
SELECT results_eq('SELECT count(*), min(scanner_seq) FROM spoor.refused_number', $$ VALUES (10000::bigint, 100004::bigint) $$, 'and no more than 10,000 are kept');

-- What is kept apart has a bound: then the scanner keeps it.
INSERT INTO spoor.review (event_id, actor_id, body, body_hash, why)
SELECT gen_random_uuid(), scanner, '{}', '\x00', 'this scanner was revoked' FROM ids, generate_series(1, 9995);
SELECT pg_temp.tell(20, 14, '-5 seconds', jsonb_build_object('event_id', (SELECT again FROM ids)));
SELECT is((SELECT outcome FROM told WHERE n = 20), 'conflict', 'the last one that fits is kept');
SELECT pg_temp.tell(21, 15, '-5 seconds');
SELECT results_eq('SELECT outcome, message FROM told WHERE n = 21', $$ VALUES ('refused'::text,
    'as much is kept of this sender as fits until a lead has looked at it; keep this one and send it later'::text) $$, 'the next one is refused');
SELECT is((SELECT count(*)::int FROM spoor.review WHERE settled_at IS NULL), 10000, 'and is not kept');
SELECT spoor.settle_review((SELECT max(id) FROM spoor.review), NULL);
SELECT pg_temp.tell(22, 15, '-5 seconds');
SELECT is((SELECT outcome FROM told WHERE n = 22), 'conflict', 'once a lead settled one, there is room again');

SELECT spoor.add_account('gone', 'Gone', '{technician}', 'x', NULL);
SELECT spoor.enable_account('gone', false, NULL);
SELECT throws_ok($$SELECT spoor.add_scanner('Bench 9', 'gone', '\x09', NULL)$$, 'SP404', 'There is no such account in use', 'no scanner acts for an account that is disabled');
SELECT * FROM finish();
ROLLBACK;
