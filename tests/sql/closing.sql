-- When repairs end, and how long they can be opened again.
BEGIN;
SELECT plan(43);
SET client_min_messages = warning;
SELECT is(spoor.closes_at(returned::timestamptz, 'Europe/Amsterdam'), closes::timestamptz, what) FROM (VALUES
    ('2026-11-23 10:00+01', '2026-11-30 10:00+01', 'from a Monday: the five working days of a week'),
    ('2026-11-25 10:00+01', '2026-12-02 10:00+01', 'from a Wednesday: the weekend does not count'),
    ('2026-11-27 17:30+01', '2026-12-04 17:30+01', 'from a Friday'),
    ('2026-11-28 10:00+01', '2026-12-04 10:00+01', 'from a Saturday: Monday is the first working day'),
    ('2026-11-29 10:00+01', '2026-12-04 10:00+01', 'from a Sunday too'),
    ('2026-03-27 10:00+01', '2026-04-03 10:00+02', 'at the same time of day when the clocks change meanwhile'),
    ('2026-11-29 23:30+00', '2026-12-07 00:30+01', 'a day is one of the site''s zone')) AS t (returned, closes, what);
SELECT is(spoor.closes_at('2026-11-29 23:30+00', 'UTC'), '2026-12-04 23:30+00', 'and another in another zone');

CREATE TEMP TABLE ids AS SELECT spoor.add_account('ann', 'Ann', '{technician}', 'x', NULL) AS ann;
CREATE FUNCTION pg_temp.take_in() RETURNS uuid LANGUAGE sql AS $$ SELECT t.repair_id FROM ids, spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(),
    'actor', ann, 'serial', 'D1', 'owner_name', 'Mara', 'problem', 'p')) t $$;
CREATE FUNCTION pg_temp.tell(kind text, more jsonb DEFAULT '{}', OUT outcome text, OUT message text) LANGUAGE sql AS $$
    SELECT r.outcome, r.message FROM ids, spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'kind', kind, 'alias', 'D1') || more)) r $$;
CREATE FUNCTION pg_temp.repair(id uuid) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', CASE WHEN r.closed_at IS NULL THEN 'open' ELSE 'closed' END,
    CASE WHEN r.returned_at IS NOT NULL THEN 'returned' END, r.outcome, (r.link_until - r.closed_at)::text) FROM spoor.repair r WHERE r.id = repair.id $$;
CREATE TEMP TABLE visit AS SELECT pg_temp.take_in() AS one;
CREATE FUNCTION pg_temp.present() RETURNS uuid LANGUAGE sql AS $$ SELECT c.repair_id FROM spoor.custody c JOIN spoor.repair r USING (device_id), visit WHERE r.id = one $$;

SELECT is(message, 'this repair is open', 'what is being repaired is not opened again') FROM pg_temp.tell('reopened');
SELECT is(outcome, 'recorded', 'it is returned') FROM pg_temp.tell('returned', '{"detail": {"outcome": "repaired"}}');
SELECT is(outcome, 'recorded', 'and closed') FROM pg_temp.tell('closed');
SELECT is(pg_temp.repair(one), 'closed returned repaired 90 days', 'then its link dies after 90 days') FROM visit;
SELECT is(pg_temp.present(), NULL, 'and the device is in no repair');
SELECT is(message, 'this repair is closed already', 'it is closed once') FROM visit, pg_temp.tell('closed', jsonb_build_object('repair_id', one));
SELECT is(outcome, 'recorded', 'it can be opened again') FROM pg_temp.tell('reopened');
SELECT is(pg_temp.repair(one), 'open', 'and is not returned then, nor ended') FROM visit;
SELECT is(pg_temp.present(), one, 'the device is in it again') FROM visit;

SELECT pg_temp.tell('returned', '{"detail": {"outcome": "repaired"}}'), pg_temp.tell('reopened');
SELECT is(pg_temp.repair(one), 'open', 'what comes back before it was closed is opened again too') FROM visit;
SELECT pg_temp.tell('returned'), pg_temp.tell('closed');
UPDATE spoor.repair r SET closed_at = closed_at - interval '30 days 1 minute', link_until = link_until - interval '30 days 1 minute' FROM visit WHERE r.id = one;
SELECT is(message, 'a repair can be opened again within 30 days after it was closed; take the device in anew', 'but not after 30 days') FROM pg_temp.tell('reopened');
SELECT is(pg_temp.repair(one), 'closed returned 90 days', 'and nothing is changed') FROM visit;
ALTER TABLE visit ADD two uuid;
UPDATE visit SET two = pg_temp.take_in();
SELECT is(message, 'this repair is closed already', 'whoever is late to close one visit') FROM visit, pg_temp.tell('closed', jsonb_build_object('repair_id', one));
SELECT is(pg_temp.present(), two, 'does not end the next') FROM visit;
SELECT is(pg_temp.repair(two), 'open', 'which stays open') FROM visit;
UPDATE spoor.repair r SET link_hash = decode(repeat('0a', 32), 'hex'), link_until = NULL FROM visit WHERE r.id = one;
UPDATE spoor.party p SET named = true FROM ids JOIN spoor.actor a ON a.id = ann WHERE p.id = a.party_id;
SELECT pg_temp.tell('step', '{"step": "repair"}'), pg_temp.tell('waiting', '{"reason": "QUEUE"}');
SELECT results_eq($$ SELECT phase, waiting, holder FROM spoor.track(decode(repeat('0a', 32), 'hex')) $$, $$ VALUES ('returned'::text, NULL::text, NULL::text) $$,
    'the link of a visit that is over says nothing of the next one');
UPDATE spoor.repair r SET link_hash = NULL FROM visit WHERE r.id = one;
UPDATE spoor.repair r SET link_hash = decode(repeat('0a', 32), 'hex') FROM visit WHERE r.id = two;
SELECT results_eq($$ SELECT phase, waiting, holder FROM spoor.track(decode(repeat('0a', 32), 'hex')) $$, $$ VALUES ('repair'::text, 'QUEUE'::text, 'Ann'::text) $$,
    'which its own link does');
UPDATE spoor.repair r SET closed_at = now() FROM visit WHERE r.id = one;
SELECT is(message, 'this device is in repair already', 'an earlier visit is not opened beside it') FROM visit, pg_temp.tell('reopened', jsonb_build_object('repair_id', one));
SELECT pg_temp.tell('moved', '{"alias": "D2"}');
SELECT is(message, 'this device was never in repair', 'and a device without a visit has none to open') FROM pg_temp.tell('reopened', '{"alias": "D2"}');
SELECT is((SELECT count(*)::int FROM spoor.event WHERE kind = 'closed'), 2, 'what was refused left no event');
SELECT pg_temp.tell('returned', '{"detail": {"outcome": "lost"}}');
SELECT is(custodian_id, a.party_id, 'what is lost was given to nobody: its last holder stays the custodian') FROM spoor.custody c JOIN spoor.device d ON d.id = c.device_id
    JOIN visit ON true JOIN spoor.repair r ON r.id = two AND r.device_id = d.id, ids JOIN spoor.actor a ON a.id = ann;
SELECT is(pg_temp.repair(two), 'open returned lost', 'and its repair has ended') FROM visit;
SELECT is(outcome, 'recorded', 'what was lost is found, and scanned at a step') FROM pg_temp.tell('step', '{"step": "repair", "event_id": "0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e", "reason": "OTHER"}');
SELECT is(pg_temp.repair(two), 'open', 'then it is back in its repair') FROM visit;
SELECT pg_temp.tell('corrected', '{"corrects": "0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e", "detail": {"correction": "did_not_occur"}}');
SELECT is(pg_temp.repair(two), 'open returned lost', 'and lost again when that scan did not occur') FROM visit;
SELECT pg_temp.tell('step', '{"step": "repair", "reason": "OTHER"}'), pg_temp.tell('returned');
SELECT is(pg_temp.repair(two), 'open returned', 'a return after it says itself how it ended') FROM visit;
SELECT pg_temp.tell('reopened');
SELECT pg_temp.tell('step', '{"step": "repair", "event_id": "1d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e", "reason": "OTHER"}');
SELECT pg_temp.tell('corrected', '{"corrects": "1d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e", "detail": {"correction": "did_not_occur"}}');
SELECT is(pg_temp.repair(two), 'open', 'what was opened again is not returned by an undo') FROM visit;
SELECT pg_temp.tell('returned', '{"detail": {"outcome": "repaired"}}'), pg_temp.tell('step', jsonb_build_object('step', (SELECT s.name FROM spoor.step s WHERE s.phase = 'returned' LIMIT 1)));
SELECT is(pg_temp.repair(two), 'open returned repaired', 'nor is it in repair by a scan at the last step') FROM visit;
SELECT pg_temp.tell('closed');
SELECT pg_temp.tell('step', '{"step": "repair", "reason": "OTHER"}');
SELECT is(pg_temp.repair(two), 'closed returned repaired 90 days', 'a visit that is over stays as it ended') FROM visit;
SELECT is(pg_temp.present(), NULL, 'and the device in no repair') FROM visit;
UPDATE spoor.repair r SET opened_at = opened_at + interval '1 ms' FROM visit WHERE r.id = two; -- all of a transaction has one time
SELECT pg_temp.tell('reopened'), pg_temp.tell('step', '{"step": "diagnosis", "reason": "OTHER"}'), pg_temp.tell('waiting', '{"reason": "QUEUE"}'), pg_temp.tell('returned', '{"detail": {"outcome": "lost"}}'), pg_temp.tell('reopened');
CREATE FUNCTION pg_temp.stands() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', c.step, c.waiting, (SELECT p.name FROM spoor.party p WHERE p.id = c.custodian_id))
    FROM spoor.custody c JOIN spoor.repair r USING (device_id), visit WHERE r.id = two $$;
SELECT is(pg_temp.stands(), 'intake Ann', 'what was lost and is opened again stands at the desk, with who had it last, and waits for nothing');
SELECT is((SELECT v.step || ' ' || v.flags FROM spoor.event v ORDER BY v.seq DESC LIMIT 1), 'intake 0', 'and its event says so');
SELECT pg_temp.tell('returned', jsonb_build_object('detail', '{"outcome": "lost"}'::jsonb, 'to', r.owner_id)), pg_temp.tell('reopened') FROM visit JOIN spoor.repair r ON r.id = two;
SELECT is(pg_temp.stands(), 'intake Ann', 'whoever opens it again has it, where its owner was said to have it') FROM visit;
SELECT pg_temp.tell('returned', '{"detail": {"outcome": "stolen"}}'), pg_temp.tell('closed'), pg_temp.tell('reopened');
SELECT is(pg_temp.stands(), 'intake Ann', 'so it is after the repair was closed');
SELECT pg_temp.tell('returned', '{"detail": {"outcome": "repaired"}}'), pg_temp.tell('reopened');
SELECT is(pg_temp.stands(), 'return Mara', 'what was given back stays with its owner until it is handed in') FROM visit;
SELECT * FROM finish();
ROLLBACK;
