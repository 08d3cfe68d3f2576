-- What arrives late changes only what nothing newer has set, in whatever order it arrives.
BEGIN;
SELECT plan(54);
SET client_min_messages = warning;
-- The ledger's time never goes back: put an hour ahead, it stands still while the file runs, however slow the machine is.
UPDATE spoor.ledger_head SET recorded_at = date_trunc('milliseconds', now()) + interval '1 hour';
CREATE FUNCTION pg_temp.ledger_time() RETURNS timestamptz LANGUAGE sql AS $$ SELECT h.recorded_at FROM spoor.ledger_head h $$;
CREATE TEMP TABLE ids AS SELECT spoor.add_account('ann', 'Ann', '{technician}', 'x', NULL) AS ann, spoor.add_account('ben', 'Ben', '{technician}', 'x', NULL) AS ben,
    spoor.add_account('cas', 'Cas', '{technician}', 'x', NULL) AS cas, spoor.add_party('place', 'Shelf', NULL, NULL) AS shelf,
    spoor.add_party('place', 'Bench', NULL, NULL) AS bench, spoor.add_scanner('S', NULL, '\x01', NULL) AS scanner;
CREATE FUNCTION pg_temp.party(of_actor uuid) RETURNS uuid LANGUAGE sql AS $$ SELECT a.party_id FROM spoor.actor a WHERE a.id = of_actor $$;
-- One event of a device, made so long ago; a new event_id unless `more` has one. `said` as the service works it out.
CREATE FUNCTION pg_temp.event(of_device text, by_actor uuid, kind text, ago interval, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('event_id', gen_random_uuid(), 'actor', by_actor, 'kind', kind, 'alias', of_device, 'happened_at', pg_temp.ledger_time() - ago,
        'said', 8 | (more ? 'step')::int | 2 * (more ? 'to')::int | 4 * (more ? 'place')::int) || more) $$;
CREATE FUNCTION pg_temp.record(e jsonb, OUT outcome text, OUT flags int, OUT message text) LANGUAGE sql AS $$
    SELECT r.outcome, r.flags, r.message FROM spoor.record_events(jsonb_build_array(e)) r $$;
CREATE FUNCTION pg_temp.state(of_device text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', h.name, p.name, c.step, c.waiting, 'to ' || o.name) FROM spoor.alias a JOIN spoor.custody c USING (device_id)
      JOIN spoor.party h ON h.id = c.custodian_id LEFT JOIN spoor.party p ON p.id = c.place_id LEFT JOIN spoor.party o ON o.id = c.offered_to WHERE a.value = of_device $$;

-- One at a time.
SELECT pg_temp.record(pg_temp.event('D1', ann, 'received', '1 day')) FROM ids;
SELECT pg_temp.record(pg_temp.event('D1', ben, 'step', '2 hours', jsonb_build_object('step', 'ready', 'place', bench))) FROM ids;
CREATE TEMP TABLE late AS SELECT pg_temp.event('D1', ann, 'step', '3 hours', jsonb_build_object('step', 'diagnosis', 'place', shelf)) AS e FROM ids;
SELECT results_eq('SELECT r.* FROM late, pg_temp.record(e) r', $$ VALUES ('recorded'::text, 258, 'this arrived late and others had moved on: it is kept, and what is newer stands'::text) $$,
    'what is late and overtaken is recorded, and says so');
SELECT is(pg_temp.state('D1'), 'Ben Bench ready', 'the device stays where others moved it');
SELECT is(v.detail -> 'claimed', jsonb_build_object('step', 'diagnosis', 'to', pg_temp.party(ann), 'place', shelf), 'what it claimed is kept, as ids')
  FROM late, ids, spoor.event v WHERE v.event_id = (e ->> 'event_id')::uuid;
SELECT is(array_agg(o.tag ORDER BY o.tag), '{20,24}', 'the sealed entry gets the claim with the detail, and no new holder or place')
  FROM late, spoor.event v JOIN spoor.opening o USING (seq) WHERE v.event_id = (e ->> 'event_id')::uuid;
SELECT ok(v.flags = 2 AND v.from_id = v.to_id AND v.step = 'ready' AND v.place_id = bench, 'its row holds the state as it stays')
  FROM late, ids, spoor.event v WHERE v.event_id = (e ->> 'event_id')::uuid;
SELECT results_eq('SELECT r.outcome, r.flags FROM late, pg_temp.record(e) r', $$ VALUES ('replayed'::text, 258) $$, 'again, it says the same');
SELECT is(r.flags, 0, 'five minutes are not late: the latest to arrive is right') FROM ids, pg_temp.record(pg_temp.event('D1', cas, 'moved', '5 minutes')) r;
SELECT is(pg_temp.state('D1'), 'Cas Bench ready', 'and the device moves');
SELECT is(r.flags, 2, 'late, but the newest of all') FROM ids, pg_temp.record(pg_temp.event('D2', ann, 'moved', '3 hours')) n, pg_temp.record(pg_temp.event('D2', ben, 'moved', '2 hours')) r;
SELECT is(pg_temp.state('D2'), 'Ben', 'moves the device as before');
SELECT is(r.message, 'the ledger itself says in the detail what was claimed', 'a sender cannot say that it was overtaken') FROM ids,
    pg_temp.record(pg_temp.event('D2', ann, 'moved', '3 hours', '{"detail": {"claimed": {}}}')) r;

-- Two who scanned while there was no network send in whatever order.
SELECT is(r.flags, 0, 'what was scanned last is sent first') FROM ids, pg_temp.record(pg_temp.event('TWO', ann, 'received', '1 day')) n,
    pg_temp.record(pg_temp.event('TWO', ben, 'step', '100 seconds', '{"step": "ready", "detail": {"clock_skew_ms": 0}}')) r;
SELECT is(r.flags, 258, 'what was scanned before it is overtaken, however soon it comes') FROM ids,
    pg_temp.record(pg_temp.event('TWO', cas, 'step', '101 seconds', '{"step": "quality_check", "detail": {"clock_skew_ms": 0}}')) r;
SELECT is(pg_temp.state('TWO'), 'Ben ready', 'and moves nothing');
SELECT is(r.flags, 0, 'a scan that is sent at once counts, a clock is not that exact') FROM ids, pg_temp.record(pg_temp.event('TWO', ann, 'moved', '0 seconds')) n,
    pg_temp.record(pg_temp.event('TWO', ben, 'moved', '3 seconds', '{"detail": {"clock_skew_ms": 0}}')) r;
SELECT is(pg_temp.state('TWO'), 'Ben ready', 'the latest to arrive is right');
SELECT is(r.flags, 0, 'of a clock that nobody put right less is believed') FROM ids, pg_temp.record(pg_temp.event('TWO', cas, 'moved', '60 seconds')) r;
SELECT is(pg_temp.state('TWO'), 'Cas ready', 'so it counts');

-- Only what is newer stands.
SELECT pg_temp.record(pg_temp.event('D3', ann, 'received', '1 day')) FROM ids;
SELECT pg_temp.record(pg_temp.event('D3', ben, 'waiting', '2 hours', '{"reason": "PARTS_ORDERED"}')) FROM ids;
SELECT is(r.flags, 2, 'where it was put is news to a device of which it is only newer that it waits') FROM ids,
    pg_temp.record(pg_temp.event('D3', cas, 'moved', '3 hours', jsonb_build_object('place', shelf))) r;
SELECT is(pg_temp.state('D3'), 'Cas Shelf intake PARTS_ORDERED', 'so it counts');
SELECT is(r.flags, 258, 'half of a scan may be overtaken') FROM ids, pg_temp.record(pg_temp.event('D3', ben, 'step', '150 minutes', '{"step": "repair"}')) n,
    pg_temp.record(pg_temp.event('D3', ann, 'moved', '160 minutes', jsonb_build_object('place', bench))) r;
SELECT is(pg_temp.state('D3'), 'Ben Bench repair PARTS_ORDERED', 'then the other half counts');
SELECT is(v.detail -> 'claimed', jsonb_build_object('to', pg_temp.party(ann)), 'and only the one is claimed') FROM ids, spoor.event v WHERE v.place_id = bench AND v.kind = 'moved' AND v.actor_id = ann;
SELECT is(r.flags, 258, 'a wait that is over is overtaken') FROM ids, pg_temp.record(pg_temp.event('D3', ben, 'waiting', '170 minutes', '{"reason": "QUEUE"}')) r;
SELECT is(v.detail, '{"claimed": {"reason": "QUEUE"}}', 'with its reason') FROM spoor.event v WHERE v.reason = 'QUEUE';
SELECT is(r.flags, 258, 'so is an offer after somebody else took it') FROM ids, pg_temp.record(pg_temp.event('D3', ann, 'offered', '175 minutes', jsonb_build_object('to', pg_temp.party(cas)))) r;
SELECT is(pg_temp.state('D3'), 'Ben Bench repair PARTS_ORDERED', 'neither changes anything');

SELECT is(r.outcome || ' ' || r.flags, 'recorded 16', 'the first that is heard of a device may be a note') FROM ids, pg_temp.record(pg_temp.event('D9', ann, 'note', '1 minute', '{"public_note": "x"}')) r;
SELECT pg_temp.record(pg_temp.event('D8', ann, 'received', '1 day')) FROM ids;
SELECT pg_temp.record(pg_temp.event('D8', ben, 'offered', '2 hours', jsonb_build_object('to', pg_temp.party(cas)))) FROM ids;
SELECT is(r.flags, 258, 'a late acceptance of an offer that was made again is overtaken') FROM ids, pg_temp.record(pg_temp.event('D8', cas, 'accepted', '3 hours')) r;

-- A return that is told when the next visit has begun.
CREATE TEMP TABLE visit AS SELECT t.* FROM ids, spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'model', 'Late', 'serial', 'D10', 'owner_name', 'Owner',
    'problem', 'first', 'link_hash', '\x' || repeat('0a', 32), 'happened_at', pg_temp.ledger_time() - interval '20 days')) t;
SELECT pg_temp.record(pg_temp.event('D10', ben, 'returned', '9 days', '{"detail": {"outcome": "repaired"}}')) FROM ids;
CREATE TEMP TABLE next_visit AS SELECT t.* FROM ids, spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'model', 'Late', 'serial', 'D10', 'owner_name', 'Owner',
    'problem', 'second', 'link_hash', '\x' || repeat('0b', 32), 'happened_at', pg_temp.ledger_time() - interval '1 day')) t;
SELECT is(r.flags, 258, 'is overtaken') FROM ids, pg_temp.record(pg_temp.event('D10', cas, 'returned', '10 days', '{"detail": {"outcome": "repaired"}}')) r;
SELECT is(pg_temp.state('D10'), 'Ann intake', 'the device stays on the bench');
SELECT ok(r.returned_at IS NULL AND r.outcome IS NULL, 'the new visit did not end') FROM spoor.repair r JOIN next_visit n ON n.repair_id = r.id;
SELECT is((SELECT v.repair_id FROM spoor.event v WHERE v.kind = 'returned' ORDER BY v.seq DESC LIMIT 1), (SELECT repair_id FROM visit), 'it belongs to the visit of its time');

-- Clocks and counters.
CREATE FUNCTION pg_temp.scan(of_device text, number int, ago interval, step text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT pg_temp.event(of_device, scanner, 'step', ago, jsonb_build_object('scanner_id', scanner, 'scanner_seq', number, 'step', step) || more) FROM ids $$;
SELECT pg_temp.record(pg_temp.scan('D4', 1, '2 hours', 'diagnosis'));
SELECT is(r.flags, 2, 'a scanner whose clock went back is believed in its counting') FROM pg_temp.record(pg_temp.scan('D4', 2, '3 hours', 'repair')) r;
SELECT is(pg_temp.state('D4'), 'S repair', 'so its later scan counts');
SELECT is(r.flags, 258, 'and what others did in between does not') FROM ids, pg_temp.record(pg_temp.event('D4', ann, 'step', '150 minutes', '{"step": "ready"}')) r;
SELECT is(r.flags, 6, 'a clock that is slow is put right: then this is the newest') FROM pg_temp.record(pg_temp.scan('D4', 3, '4 hours', 'ready', '{"clock_skew_ms": 12600000}')) r;
SELECT is(pg_temp.state('D4'), 'S ready', 'and counts');
SELECT is(r.flags & 2, 0, 'a clock that is an hour slow does not make a scan late') FROM pg_temp.record(pg_temp.scan('D4', 4, '1 hour', 'quality_check', '{"clock_skew_ms": 3600000}')) r;

-- Undoing.
SELECT pg_temp.record(pg_temp.event('D5', ann, 'step', '4 hours', '{"step": "diagnosis"}')) FROM ids;
CREATE TEMP TABLE undone AS SELECT pg_temp.event('D5', ben, 'step', '2 hours', '{"step": "ready"}') AS newest, pg_temp.event('D5', cas, 'step', '3 hours', '{"step": "repair"}') AS late FROM ids;
SELECT pg_temp.record(newest), pg_temp.record(late) FROM undone;
CREATE FUNCTION pg_temp.undo(e jsonb) RETURNS record LANGUAGE sql AS $$ SELECT pg_temp.record(jsonb_build_object('event_id', gen_random_uuid(), 'actor', e -> 'actor',
    'kind', 'corrected', 'corrects', e -> 'event_id', 'detail', '{"correction": "did_not_occur"}'::jsonb)) $$;
CREATE FUNCTION pg_temp.left_over(OUT text) LANGUAGE sql AS $$ SELECT string_agg(u.number || CASE WHEN itself THEN ' itself' ELSE '' END, ',') FROM spoor.alias a, spoor.left_by_undo(a.device_id) u WHERE a.value = 'D5' $$;
SELECT pg_temp.undo(late) FROM undone;
SELECT is(pg_temp.state('D5'), 'Ben ready', 'to undo what changed nothing changes nothing');
SELECT is(pg_temp.left_over(), '3 itself', 'and it is said that it had changed nothing');
SELECT pg_temp.record(pg_temp.event('D5', cas, 'step', '150 minutes', '{"step": "vendor"}')) FROM ids;
SELECT is(pg_temp.left_over(), NULL, 'what is overtaken in good order is nobody''s worry');
SELECT pg_temp.undo(newest) FROM undone;
SELECT is(pg_temp.left_over(), '5', 'what stays without effect after an undo is');
SELECT is(pg_temp.state('D5'), 'Ann diagnosis', 'to undo what overtook brings back what was before it');
SELECT is(r.flags, 2, 'and what was undone overtakes nothing any more') FROM ids, pg_temp.record(pg_temp.event('D5', cas, 'step', '145 minutes', '{"step": "repair"}')) r;
SELECT is(pg_temp.left_over(), NULL, 'until something newer is recorded');

-- However many came late, a page looks at fifty of them; at none where nothing newer was undone.
SELECT pg_temp.record(pg_temp.event('D7', ann, 'received', '1 day')), pg_temp.record(pg_temp.event('D7', ben, 'step', '2 hours', '{"step": "repair"}')) FROM ids;
CREATE TEMP TABLE many AS SELECT pg_temp.event('D7', ben, 'step', '1 hour', '{"step": "ready"}') AS newest, pg_temp.event('D7', cas, 'step', '20 hours', '{"step": "diagnosis"}') AS oldest FROM ids;
SELECT pg_temp.record(newest), pg_temp.record(oldest) FROM many;
SELECT spoor.record_events(jsonb_agg(pg_temp.event('D7', cas, 'moved', '3 hours'))) FROM ids, generate_series(1, 80) n;
SET LOCAL track_functions = 'all';
CREATE FUNCTION pg_temp.looks(OUT bigint) LANGUAGE plpgsql AS $$
DECLARE
    before bigint := coalesce(pg_stat_get_xact_function_calls('spoor.moved_on(uuid,timestamptz,uuid,bigint)'::regprocedure), 0);
BEGIN
    PERFORM FROM spoor.alias a, spoor.left_by_undo(a.device_id) u WHERE a.value = 'D7';
    $1 := coalesce(pg_stat_get_xact_function_calls('spoor.moved_on(uuid,timestamptz,uuid,bigint)'::regprocedure), 0) - before;
END $$;
SELECT pg_temp.undo(oldest) FROM many;
SELECT is(pg_temp.looks(), 0::bigint, 'an undo of what is older looks at none');
SELECT pg_temp.undo(newest) FROM many;
SELECT is(pg_temp.looks(), 50::bigint, 'one of what was newer looks at the latest fifty');
SELECT is_empty($$ SELECT u.* FROM spoor.alias a, spoor.left_by_undo(a.device_id) u WHERE a.value = 'D7' $$, 'and says nothing of what others had moved on from all the same');

-- The repair of that time.
CREATE TEMP TABLE visits AS SELECT t.* FROM ids, spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'serial', 'D6', 'owner_name', 'Mara', 'problem', 'p',
    'happened_at', pg_temp.ledger_time() - interval '3 days')) t;
SELECT pg_temp.record(pg_temp.event('D6', ann, 'returned', '2 days')) FROM ids;
SELECT spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'actor', ann, 'serial', 'D6', 'owner_name', 'Mara', 'problem', 'p', 'happened_at', pg_temp.ledger_time() - interval '1 day')) FROM ids;
SELECT pg_temp.record(pg_temp.event('D6', ben, 'step', '60 hours', '{"step": "repair"}')) FROM ids;
SELECT is(v.repair_id, t.repair_id, 'a scan of an earlier visit belongs to that visit') FROM visits t, ids, spoor.event v WHERE v.actor_id = ben AND v.device_id = t.device_id;
SELECT ok(c.repair_id <> t.repair_id, 'and the device stays in its present one') FROM visits t JOIN spoor.custody c USING (device_id);

-- A label is revoked once.
SELECT spoor.mint_labels('t', ARRAY['7K3M9QXFDT'], NULL);
SELECT results_eq($$ SELECT r.outcome, r.message FROM ids, spoor.record_events((SELECT jsonb_agg(pg_temp.event('D6', ann, kind, '0', '{"detail": {"label": "7K3M9QXFDT"}}'))
    FROM unnest('{label_linked,label_revoked,label_revoked}'::text[]) kind)) r $$,
    $$ VALUES ('recorded'::text, NULL::text), ('recorded', NULL), ('refused', 'this label was revoked already') $$, 'a label that was revoked is not revoked again');

-- Whatever the order of arrival: sets of scans of three people, on shelves and off, against the plain rule.
CREATE TEMP TABLE scanned (n int, at interval, actor uuid, kind text, more jsonb);
CREATE FUNCTION pg_temp.rounds(count int) RETURNS TABLE (wrong text) LANGUAGE plpgsql AS $$
DECLARE
    batch jsonb; expected text; device text; size int;
BEGIN
    FOR round IN 1..count LOOP
        device := 'R' || (round + 2) / 3;                     -- three orders of each set
        IF round % 3 = 1 THEN
            TRUNCATE scanned;
            INSERT INTO scanned SELECT n, (n || ' minutes ago')::interval - interval '1 hour', actor, kind, jsonb_strip_nulls(CASE kind
                WHEN 'step' THEN jsonb_build_object('step', (ARRAY['diagnosis', 'repair', 'ready'])[1 + floor(random() * 3)])
                WHEN 'waiting' THEN jsonb_build_object('reason', (ARRAY['QUEUE', 'OTHER'])[1 + floor(random() * 2)])
                WHEN 'handed_over' THEN jsonb_build_object('to', pg_temp.party(CASE WHEN random() < 0.5 THEN ann ELSE ben END)) ELSE '{}' END
                || jsonb_build_object('place', CASE WHEN random() < 0.4 THEN CASE WHEN random() < 0.5 THEN shelf ELSE bench END END))
              FROM ids, LATERAL (SELECT n, (ARRAY[ann, ben, cas])[1 + floor(random() * 3)] AS actor,
                       (ARRAY['step', 'step', 'moved', 'handed_over', 'waiting', 'waiting_ended'])[1 + floor(random() * 6)] AS kind FROM generate_series(1, 9) n) s;
        END IF;
        device := device || '-' || round;
        PERFORM pg_temp.record(pg_temp.event(device, ann, 'received', '1 day')) FROM ids;
        CREATE TEMP TABLE arriving AS SELECT row_number() OVER (ORDER BY random()) AS place, pg_temp.event(device, actor, kind, -at, more) AS e FROM scanned;
        LOOP
            size := 1 + floor(random() * 4);
            WITH gone AS (DELETE FROM arriving WHERE place IN (SELECT place FROM arriving ORDER BY place LIMIT size) RETURNING *)
            SELECT jsonb_agg(e ORDER BY place) INTO batch FROM gone;
            EXIT WHEN batch IS NULL;
            PERFORM spoor.record_events(batch);
        END LOOP;
        DROP TABLE arriving;
        SELECT concat_ws(' ',
            (SELECT name FROM spoor.party WHERE id = coalesce((SELECT coalesce((more ->> 'to')::uuid, pg_temp.party(actor)) FROM scanned WHERE kind IN ('step', 'moved', 'handed_over') ORDER BY at DESC LIMIT 1), pg_temp.party(ann))),
            (SELECT name FROM spoor.party WHERE id = (SELECT (more ->> 'place')::uuid FROM scanned WHERE kind = 'handed_over' OR more ? 'place' ORDER BY at DESC LIMIT 1)),
            coalesce((SELECT more ->> 'step' FROM scanned WHERE kind = 'step' ORDER BY at DESC LIMIT 1), 'intake'),
            (SELECT more ->> 'reason' FROM scanned WHERE kind IN ('step', 'waiting', 'waiting_ended') ORDER BY at DESC LIMIT 1)) INTO expected FROM ids;
        IF pg_temp.state(device) IS DISTINCT FROM expected THEN
            wrong := format('%s is %s, not %s', device, pg_temp.state(device), expected);
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
SELECT setseed(0.7);
SELECT is_empty('SELECT * FROM pg_temp.rounds(48)', 'any order of arrival ends in the same custody: that of what happened last');
SELECT ok((SELECT count(*) > 60 FROM spoor.event WHERE detail ? 'claimed') AND NOT EXISTS (SELECT FROM spoor.event v JOIN spoor.event b ON b.device_id = v.device_id AND b.device_seq = v.device_seq - 1
    WHERE v.from_id IS DISTINCT FROM b.to_id), 'much was overtaken on the way, and custody has no gap');
SELECT * FROM finish();
ROLLBACK;
