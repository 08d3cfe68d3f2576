-- The only writer of events. `batch` is a JSON array of 1 to 512 events as ledger/recorder.c builds them:
--   event_id, actor, kind and one of device_id | code (a label's 10 symbols) | alias (serial number, asset tag);
--   step, reason, to, place, expected_from (parties), happened_at, offset_minutes, scanner_id, scanner_seq,
--   public_note, private_note, corrects, repair_id, detail, clock_skew_ms, signature; said, mac and beside (the event_id of the
--   intake that records this, too) as ledger/submission.h says.
-- Of a correction, what is judged here because only the lock makes it certain, and is no part of what was submitted:
--   not_theirs, the kinds that its sender may not take back, each with the sentence that says so; undo_once, from a page: what was
--   undone before is not undone again. From others a second undo is a fact like any other: it is kept, flagged, and changes nothing.
-- Gives one row per event, in their order. Outcomes: recorded, replayed (same key, same content), conflict (same key,
-- other content: kept in spoor.review), refused (certainly not stored; message says why).
-- The lock on the ledger's head makes writers take turns until they commit: seq is gap-free and in commit order.
--
-- Made for batches: one statement looks everything up, the loop only computes, and one statement for each table stores
-- what came out (store_events). What is rare may look into the database itself; before that, what the loop holds is
-- stored. The settings of the function allow look-ups by index only, whatever the statistics say.

-- Whether the text is a date or a time of day, without failing.
CREATE OR REPLACE FUNCTION spoor.is_a(wanted regtype, value text)
RETURNS boolean LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF wanted = 'date'::regtype THEN
        RETURN value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND value::date IS NOT NULL;
    END IF;
    RETURN value ~ '^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$' AND value::time IS NOT NULL;
EXCEPTION WHEN data_exception THEN
    RETURN false;
END $$;

CREATE OR REPLACE FUNCTION spoor.store_events(events spoor.event[], openings spoor.opening[], states spoor.custody[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO spoor.event SELECT * FROM unnest(events);
    INSERT INTO spoor.opening SELECT * FROM unnest(openings);
    INSERT INTO spoor.custody AS c SELECT * FROM unnest(states) ON CONFLICT ON CONSTRAINT custody_pkey DO UPDATE SET
        custodian_id = excluded.custodian_id, since = excluded.since, place_id = excluded.place_id,
        repair_id = excluded.repair_id, step = excluded.step, step_since = excluded.step_since,
        waiting = excluded.waiting, waiting_since = excluded.waiting_since, next_update_on = excluded.next_update_on,
        offered_to = excluded.offered_to, seq = excluded.seq, device_seq = excluded.device_seq, as_of = excluded.as_of;
END $$;

CREATE OR REPLACE FUNCTION spoor.new_salt()
RETURNS bytea LANGUAGE sql VOLATILE AS $$
    SELECT pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));
$$;

CREATE OR REPLACE FUNCTION spoor.record_events(batch jsonb)
RETURNS TABLE (ordinal int, event_id uuid, outcome text, seq bigint, device_seq int, flags smallint, message text,
               device_id uuid, step text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off SET join_collapse_limit = 1 SET jit = off AS $$
#variable_conflict use_column
DECLARE
    late_after  CONSTANT interval := '10 minutes';
    put_right   CONSTANT interval := '3 seconds';   -- a scanner knows its clock's difference to a second or two
    not_put_right CONSTANT interval := '1 minute';
    setting     CONSTANT text[] := '{received,step,moved,handed_over,accepted,registered,announced,returned,waiting,waiting_ended,offered,refused}';
    overtakable CONSTANT text[] := '{step,moved,handed_over,waiting,waiting_ended,offered,accepted,refused}';
    overtaken   CONSTANT smallint := 256;     -- told in the outcome; in the ledger, detail has the member "claimed"
    outcomes    CONSTANT text[] := '{repaired,no_fault_found,replaced,unrepairable,cancelled,lost,stolen}';
    head        spoor.ledger_head%ROWTYPE;
    v_recorded  timestamptz;
    step_names  text[];                       -- the vocabulary of steps, by position
    positions   smallint[];
    phases      text[];
    now_at      int;                          -- where the state's step and the event's stand in these
    then_at     int;
    r           record;                       -- an event with all that was looked up for it
    events      spoor.event[] := '{}';        -- to be stored
    openings    spoor.opening[] := '{}';
    ids         uuid[] := '{}';               -- of events recorded in this call: for repeats within it
    numbers     text[] := '{}';
    hashes      bytea[] := '{}';
    devices     uuid[] := '{}';               -- touched in this call, and their states
    states      spoor.custody[] := '{}';
    changed     spoor.custody[];
    names       text[] := '{}';               -- of devices that nobody knew before this call; labels that it linked, the latest first
    named       uuid[] := '{}';
    at          int;
    before      record;
    t_device    uuid;                         -- of the event that this one corrects
    t_seq       int;
    t_kind      text;
    t_repair    uuid;
    state       spoor.custody%ROWTYPE;        -- the device's state before this event, then after it
    was         spoor.custody%ROWTYPE;        -- before it, where others had moved on
    newer       record;                       -- and what of it stands
    v_at        timestamptz;                  -- when it happened, by our clock
    v_began     timestamptz;                  -- when it happened, or was recorded, where the sender's clock is doubtful
    v_overtaken boolean;
    v_then      uuid;                         -- the repair of that time, of a late one
    v_desk      uuid;                         -- who has what was missing, when its repair is opened again
    v_said      jsonb;
    is_new      boolean;
    v_device    uuid;
    v_from      uuid;
    v_holder    text;
    v_place_was uuid;
    v_happened  timestamptz;
    v_detail    jsonb;
    v_repair    uuid;
    v_scanner   uuid;
    v_number    bigint;
    v_undo      boolean;
    was_undone  boolean;                      -- before, by another correction
    v_rare      boolean;
    kept_most   CONSTANT int := 10000;        -- rows of one sender that wait for a lead
    is_full     boolean;                      -- so many do, and this is not among them
    v_left_out  boolean;
    kept_why    CONSTANT text := 'as much is kept of this sender as fits until a lead has looked at it; keep this one and send it later';
    revoked_why CONSTANT text := 'this scanner was revoked before this was scanned; it is kept, a lead will look at it';
BEGIN
    IF jsonb_typeof(batch) <> 'array' OR jsonb_array_length(batch) NOT BETWEEN 1 AND 512 THEN
        RAISE 'a batch holds 1 to 512 events' USING ERRCODE = 'SP400';
    END IF;
    SELECT * INTO head FROM spoor.ledger_head FOR UPDATE;
    v_recorded := greatest(date_trunc('milliseconds', clock_timestamp()), head.recorded_at);
    SELECT array_agg(s.name ORDER BY s.position), array_agg(s.position ORDER BY s.position),
           array_agg(s.phase ORDER BY s.position) INTO step_names, positions, phases FROM spoor.step s;

    FOR r IN
        SELECT x.n::int AS n, x.e, j.*, sha256(convert_to((x.e - '{mac,said,revoked_label,not_theirs,undo_once}'::text[])::text, 'UTF8')) AS hash,
               k.number AS kind_number, a.party_id AS actor_party, a.name AS actor_name, ap.name AS actor_party_name,
               t.id AS to_id, t.kind AS to_kind, t.name AS to_name, p.id AS place_id, p.name AS place_name,
               rs.number AS reason_number, rp.id AS known_repair,
               ev.seq AS old_seq, ev.device_seq AS old_device_seq, ev.device_id AS old_device, ev.flags AS old_flags,
               ev.step AS old_step, ev.content_hash AS old_hash, ev.detail ? 'claimed' AS old_overtaken, sc.seq AS number_seq, sc.device_seq AS number_device_seq,
               sc.device_id AS number_device, l.code AS label_code, l.device_id AS label_device, l.party_id AS label_party,
               l.linked_at IS NOT NULL AND l.device_id IS NULL AND l.party_id IS NULL AS label_nobodys,
               l.revoked_at IS NOT NULL OR coalesce(j.revoked_label, false) AS label_revoked,
               al.matches, al.device_id AS alias_device, c.device_id AS known_device,
               c AS custody, sn.revoked_at AS scanner_revoked
          FROM jsonb_array_elements(batch) WITH ORDINALITY AS x (e, n)
          CROSS JOIN LATERAL jsonb_to_record(x.e) AS j (event_id uuid, actor uuid, kind text, device_id uuid, code text,
               alias text, step text, reason text, "to" uuid, place uuid, expected_from uuid, happened_at timestamptz,
               offset_minutes smallint, scanner_id uuid, scanner_seq bigint, public_note text, private_note text,
               corrects uuid, repair_id uuid, detail jsonb, clock_skew_ms bigint, signature text, said smallint, mac bytea, beside text,
               revoked_label boolean, not_theirs jsonb, undo_once boolean)
          LEFT JOIN spoor.event ev ON ev.event_id = j.event_id
          LEFT JOIN spoor.event sc ON sc.scanner_id = j.scanner_id AND sc.scanner_seq = j.scanner_seq
          LEFT JOIN spoor.scanner sn ON sn.id = j.scanner_id
          LEFT JOIN spoor.event_kind k ON k.name = j.kind
          LEFT JOIN spoor.actor a ON a.id = j.actor
          LEFT JOIN spoor.party ap ON ap.id = a.party_id
          LEFT JOIN spoor.party t ON t.id = j."to"
          LEFT JOIN spoor.party p ON p.id = j.place AND p.kind = 'place'
          LEFT JOIN spoor.reason rs ON rs.code = j.reason
          LEFT JOIN spoor.repair rp ON rp.id = j.repair_id
          LEFT JOIN spoor.label l ON l.code = j.code
          LEFT JOIN LATERAL (SELECT count(DISTINCT i.device_id) AS matches, min(i.device_id::text)::uuid AS device_id
                               FROM spoor.alias i WHERE i.value = coalesce(j.alias, CASE WHEN l.code IS NULL THEN j.code END)
                                AND j.device_id IS NULL) al ON true
          LEFT JOIN spoor.custody c ON c.device_id = coalesce(j.device_id, l.device_id,
               CASE WHEN al.matches = 1 THEN al.device_id END)
         ORDER BY x.n
    LOOP
        ordinal := r.n;
        event_id := r.event_id;
        outcome := NULL; seq := NULL; device_seq := NULL; flags := 0; message := NULL; device_id := NULL; step := NULL;
        v_scanner := r.scanner_id;
        v_number := r.scanner_seq;

        -- Seen before, in the database or in this very call? The answer to a replay writes, so that it waits for the same
        -- durability as the event did.
        at := array_position(ids, r.event_id);
        IF at IS NOT NULL AND at > 0 AND r.old_seq IS NULL THEN
            SELECT v.seq, v.device_seq, v.device_id, v.flags, v.step, v.detail INTO before
              FROM unnest(events) v WHERE v.event_id = r.event_id
             UNION ALL SELECT v.seq, v.device_seq, v.device_id, v.flags, v.step, v.detail FROM spoor.event v WHERE v.event_id = r.event_id;
            seq := before.seq; device_seq := before.device_seq; device_id := before.device_id;
            flags := before.flags | CASE WHEN before.detail ? 'claimed' THEN overtaken ELSE 0 END::smallint;
            step := before.step;
            outcome := CASE WHEN hashes[at] = r.hash THEN 'replayed' ELSE 'conflict' END;
        ELSIF r.old_seq IS NOT NULL THEN
            seq := r.old_seq; device_seq := r.old_device_seq; device_id := r.old_device;
            flags := r.old_flags | CASE WHEN r.old_overtaken THEN overtaken ELSE 0 END::smallint;
            step := r.old_step;
            outcome := CASE WHEN r.old_hash = r.hash THEN 'replayed' ELSE 'conflict' END;
        END IF;
        IF outcome = 'replayed' AND r.old_seq IS NOT NULL THEN
            INSERT INTO spoor.delivery AS d VALUES (r.event_id, 1, v_recorded)
                ON CONFLICT ON CONSTRAINT delivery_pkey
                DO UPDATE SET deliveries = d.deliveries + 1, last_at = excluded.last_at;
        ELSIF outcome = 'conflict' THEN
            message := 'this event_id was used before with other content; both are kept, a lead will look at them';
        ELSIF outcome IS NULL AND r.scanner_seq IS NOT NULL
              AND (r.number_seq IS NOT NULL OR r.scanner_id || ':' || r.scanner_seq = ANY (numbers)) THEN
            -- A scanner whose memory was lost or restored counts again: the event is recorded, without its number.
            message := 'this scanner used the same number before for another event; both are kept, a lead will look at them';
            flags := flags | 128::smallint;
            v_scanner := NULL;
            v_number := NULL;
        END IF;
        IF outcome IS NULL AND r.scanner_revoked IS NOT NULL THEN
            flags := flags | 32::smallint;
            IF NOT spoor.made_before_revocation(r.scanner_id, v_number, r.scanner_revoked,
                   coalesce(r.happened_at, v_recorded) + coalesce(r.clock_skew_ms, 0) * interval '1 millisecond') THEN
                outcome := 'conflict'; message := revoked_why;
            END IF;
        END IF;
        -- What waits for a lead is bounded for each sender. Beyond that a conflict is the sender's to keep; what is recorded anyway
        -- has its flag, and is counted as left out.
        is_full := message IS NOT NULL AND coalesce((SELECT w.waiting FROM spoor.review_count w WHERE w.actor_id = r.actor), 0) >= kept_most
            AND NOT EXISTS (SELECT FROM spoor.review w WHERE w.event_id = r.event_id AND w.body_hash = r.hash);
        v_left_out := is_full AND outcome IS NULL;
        IF is_full AND outcome = 'conflict' THEN
            outcome := 'refused'; message := kept_why; flags := 0;
            RETURN NEXT;
            CONTINUE;
        END IF;
        IF message IS NOT NULL AND NOT v_left_out AND r.actor_party IS NOT NULL THEN
            INSERT INTO spoor.review (event_id, actor_id, body, body_hash, why)
            VALUES (r.event_id, r.actor, r.e, r.hash, message)
                ON CONFLICT ON CONSTRAINT review_event_id_body_hash_key DO UPDATE SET received_at = excluded.received_at;
        END IF;
        IF outcome IS NOT NULL THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- Do its words exist, and do its values make sense?
        then_at := array_position(step_names, r.step);
        message := CASE
            WHEN r.kind_number IS NULL THEN 'there is no kind of event with this name'
            WHEN r.actor_party IS NULL THEN 'whoever sent this is not known'
            WHEN r.step IS NOT NULL AND then_at IS NULL THEN 'there is no step with this name'
            WHEN r.reason IS NOT NULL AND r.reason_number IS NULL THEN 'there is no reason with this code'
            WHEN r."to" IS NOT NULL AND r.to_id IS NULL THEN 'the receiver is not known'
            WHEN r.to_kind = 'place' THEN 'a place cannot take a device over; scan the place as a place'
            WHEN r.place IS NOT NULL AND r.place_id IS NULL THEN 'there is no such place'
            WHEN r.repair_id IS NOT NULL AND r.known_repair IS NULL THEN 'there is no such repair'
            WHEN r.kind = 'step' AND r.step IS NULL THEN 'a step needs its name'
            WHEN r.kind = 'waiting' AND r.reason IS NULL THEN 'waiting needs a reason'
            WHEN r.kind IN ('handed_over', 'offered') AND r."to" IS NULL THEN 'a hand-over needs a receiver'
            WHEN r.kind = 'corrected' AND r.corrects IS NULL THEN 'a correction needs the event that it corrects'
            WHEN length(r.alias) > 120 THEN 'a serial number or asset tag has at most 120 characters'
            WHEN r.detail IS NULL THEN NULL
            WHEN r.detail ? 'claimed' THEN 'the ledger itself says in the detail what was claimed'
            WHEN r.detail ->> 'outcome' <> ALL (outcomes) THEN 'there is no outcome with this name'
            WHEN r.detail ? 'next_update_on' AND NOT spoor.is_a('date', r.detail ->> 'next_update_on')
                THEN 'next_update_on is a date such as 2026-11-24'
            WHEN r.detail ? 'expected_on' AND NOT spoor.is_a('date', r.detail ->> 'expected_on')
                THEN 'expected_on is a date such as 2026-11-24'
            WHEN r.detail ? 'expected_before' AND NOT spoor.is_a('time', r.detail ->> 'expected_before')
                THEN 'expected_before is a time such as 16:00'
        END;

        -- What is rare looks into the database: it must find what this call recorded so far.
        v_rare := r.corrects IS NOT NULL OR r.kind NOT IN ('step', 'moved', 'handed_over', 'waiting', 'waiting_ended', 'note',
            'question', 'answer', 'offered', 'accepted', 'refused');
        IF v_rare AND cardinality(events) > 0 THEN
            SELECT array_agg(s) INTO changed FROM unnest(states) s WHERE s.seq >= head.next_seq - cardinality(events);
            PERFORM spoor.store_events(events, openings, changed);
            events := '{}'; openings := '{}';
        END IF;

        -- Which device?
        v_device := coalesce(r.device_id, named[array_position(names, r.code)], r.label_device, CASE WHEN r.matches = 1 THEN r.alias_device END);
        v_desk := NULL; t_device := NULL; t_seq := NULL; t_kind := NULL; t_repair := NULL; was_undone := false;
        IF message IS NULL AND r.corrects IS NOT NULL THEN
            SELECT v.device_id, v.device_seq, v.kind, v.repair_id INTO t_device, t_seq, t_kind, t_repair
              FROM spoor.event v WHERE v.event_id = r.corrects;
            IF NOT FOUND THEN
                message := 'the event that this corrects is not known';
            ELSIF v_device <> t_device THEN
                message := 'the event that this corrects belongs to another device';
            ELSIF v_device IS NULL AND r.label_code IS NOT NULL THEN
                message := 'the label is not on the device of the event that this corrects';
            ELSIF t_kind = 'reopened' AND r.detail ->> 'correction' = 'did_not_occur' THEN
                message := 'a repair that was opened again ends with its return: record that';
            ELSIF r.not_theirs ? t_kind THEN
                message := r.not_theirs ->> t_kind;
            ELSIF r.kind = 'corrected' AND r.detail ->> 'correction' = 'did_not_occur' THEN
                was_undone := EXISTS (SELECT FROM spoor.event u WHERE u.corrects = r.corrects AND u.detail ->> 'correction' = 'did_not_occur');
                message := CASE WHEN was_undone AND r.undo_once THEN 'this was undone already; nothing changed' END;
            END IF;
            v_device := coalesce(v_device, t_device);
        END IF;
        IF message IS NULL AND v_device IS NULL THEN
            message := CASE
                WHEN r.label_party IS NOT NULL THEN 'this label belongs to a place or a person, not to a device'
                WHEN r.label_nobodys THEN 'this badge is nobody''s any more'
                WHEN r.matches > 1 THEN 'several devices have this number; scan the label, or choose one on the page'
                WHEN r.code IS NULL AND r.alias IS NULL THEN 'it does not say which device'
            END;
            v_device := named[array_position(names, coalesce(r.code, r.alias))];
        END IF;
        at := array_position(devices, v_device);
        IF at IS NOT NULL THEN
            state := states[at];
        ELSIF r.known_device = v_device THEN
            state := r.custody;
        ELSE
            state := NULL;
            IF message IS NULL AND v_device IS NOT NULL THEN
                SELECT * INTO state FROM spoor.custody c WHERE c.device_id = v_device;
                IF NOT FOUND AND NOT EXISTS (SELECT FROM spoor.device d WHERE d.id = v_device) THEN
                    message := 'there is no such device';
                END IF;
            END IF;
        END IF;
        v_repair := coalesce(r.known_repair, state.repair_id, t_repair);
        v_detail := CASE WHEN jsonb_typeof(r.detail) = 'object' AND r.detail <> '{}' THEN r.detail END;
        IF r.clock_skew_ms IS NOT NULL THEN
            v_detail := coalesce(v_detail, '{}') || jsonb_build_object('clock_skew_ms', r.clock_skew_ms);
        END IF;
        IF message IS NULL AND r.kind IN ('label_linked', 'label_revoked') THEN
            SELECT l.device_id, l.party_id, l.revoked_at, l.linked_at INTO before FROM spoor.label l WHERE l.code = v_detail ->> 'label';
            message := CASE
                WHEN NOT FOUND THEN 'there is no label with this code'
                WHEN r.kind = 'label_revoked' AND before.device_id IS DISTINCT FROM v_device THEN 'this label is not on this device'
                WHEN r.kind = 'label_revoked' AND before.revoked_at IS NOT NULL THEN 'this label was revoked already'
                WHEN r.kind = 'label_linked' AND before.revoked_at IS NOT NULL THEN 'this label was revoked'
                WHEN r.kind = 'label_revoked' OR before.linked_at IS NULL THEN NULL
                WHEN before.device_id = v_device THEN 'this label is on this device already'
                WHEN NOT (SELECT d.identified FROM spoor.device d WHERE d.id = before.device_id) THEN NULL   -- only this label was known of it
                WHEN before.device_id IS NOT NULL THEN 'this label is on another device already'
                WHEN before.party_id IS NOT NULL THEN 'this label belongs to a place or a person, not to a device'
                ELSE 'this badge is nobody''s any more'
            END;
        ELSIF message IS NULL AND r.kind IN ('closed', 'reopened') THEN
            -- Without a word about which: the one that is open, or the latest.
            SELECT p.id, p.closed_at, p.returned_at, p.outcome, p.owner_id INTO before FROM spoor.repair p
             WHERE p.device_id = v_device AND p.id = coalesce(v_repair, p.id) ORDER BY p.opened_at DESC LIMIT 1;
            message := CASE
                WHEN NOT FOUND THEN 'this device was never in repair'
                WHEN r.kind = 'closed' AND before.closed_at IS NOT NULL THEN 'this repair is closed already'
                WHEN r.kind = 'closed' THEN NULL
                WHEN before.closed_at IS NULL AND before.returned_at IS NULL THEN 'this repair is open'
                WHEN before.closed_at < v_recorded - interval '30 days'
                    THEN 'a repair can be opened again within 30 days after it was closed; take the device in anew'
                WHEN EXISTS (SELECT FROM spoor.repair p WHERE p.device_id = v_device AND p.closed_at IS NULL AND p.id <> before.id)
                    THEN 'this device is in repair already'
            END;
            v_repair := before.id;
            IF r.kind = 'reopened' AND before.outcome IN ('lost', 'stolen') AND phases[array_position(step_names, state.step)] = 'returned' THEN
                v_desk := coalesce(nullif(state.custodian_id, before.owner_id), r.actor_party);
            END IF;
        END IF;
        IF message IS NOT NULL THEN
            outcome := 'refused'; flags := 0;
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- A device that nobody registered: the fact is kept, on a device that somebody identifies later.
        IF v_device IS NULL THEN
            flags := flags | 16::smallint;
            INSERT INTO spoor.device (kind, identified) VALUES ('unknown', false) RETURNING id INTO v_device;
            IF r.label_code IS NULL THEN
                INSERT INTO spoor.alias (device_id, kind, value) VALUES (v_device, 'other', coalesce(r.code, r.alias));
            ELSE
                UPDATE spoor.label l SET device_id = v_device, linked_at = v_recorded WHERE l.code = r.label_code;
            END IF;
            names := names || coalesce(r.code, r.alias);
            named := named || v_device;
        END IF;
        is_new := state.device_id IS NULL;
        IF is_new THEN
            state.device_id := v_device; state.device_seq := -1; state.as_of := '-infinity';
        END IF;
        v_from := state.custodian_id;
        v_place_was := state.place_id;
        v_happened := coalesce(r.happened_at, v_recorded);
        v_undo := false;

        v_at := CASE WHEN v_detail ? 'clock_skew_ms' THEN spoor.made_at(v_happened, v_recorded, v_detail)
                     ELSE least(v_happened, v_recorded) END;
        newer := NULL;
        v_then := NULL;
        v_overtaken := false;
        v_said := v_detail;
        -- What is sent at once is in its order as it comes; how far the clocks that say so may be off, nothing is read into their difference.
        IF v_recorded - v_at > late_after OR v_at < state.as_of
           AND v_recorded - v_at > (CASE WHEN v_detail ? 'clock_skew_ms' THEN put_right ELSE not_put_right END) THEN
            IF v_recorded - v_at > late_after THEN
                flags := flags | 2::smallint;
            END IF;
            v_then := coalesce(r.known_repair, (SELECT p.id FROM spoor.repair p WHERE p.device_id = v_device AND p.opened_at <= v_at
                          AND (p.closed_at IS NULL OR p.closed_at >= v_at) ORDER BY p.opened_at DESC LIMIT 1));
            -- A return counts whenever it is told, but not for a visit that began after it.
            IF v_at < state.as_of AND (r.kind = ANY (overtakable) OR r.kind = 'returned' AND v_then <> state.repair_id) THEN
                -- Late, and something newer is known of this device: what that says stands.
                IF at IS NOT NULL AND cardinality(events) > 0 THEN
                    SELECT array_agg(s) INTO changed FROM unnest(states) s WHERE s.seq >= head.next_seq - cardinality(events);
                    PERFORM spoor.store_events(events, openings, changed);
                    events := '{}'; openings := '{}';
                END IF;
                SELECT m.custody AND r.kind IN ('step', 'moved', 'handed_over', 'returned') OR (m.custody OR m.offer) AND r.kind = 'accepted' AS custody,
                       m.place AND (r.place_id IS NOT NULL OR r.kind IN ('handed_over', 'returned')) AS place,
                       m.step AND r.kind IN ('step', 'returned') AS step,
                       m.waiting AND r.kind IN ('step', 'returned', 'waiting', 'waiting_ended') AS waiting,
                       m.offer AND r.kind NOT IN ('waiting', 'waiting_ended') AS offer INTO newer
                  FROM spoor.moved_on(v_device, v_at, v_scanner, v_number) m;
                IF newer.custody OR newer.place OR newer.step OR newer.waiting OR newer.offer THEN
                    flags := flags | 2::smallint;
                END IF;
                v_overtaken := newer.custody OR newer.step OR newer.place AND r.place_id IS NOT NULL
                    OR newer.waiting AND r.kind NOT IN ('step', 'returned') OR newer.offer AND r.kind IN ('offered', 'accepted', 'refused');
                was := state;
            END IF;
        END IF;
        IF v_happened - v_recorded > late_after OR v_happened < '2015-01-01Z'
           OR abs(r.clock_skew_ms) > 120000 THEN flags := flags | 4::smallint; END IF;
        v_began := CASE WHEN flags & 4 <> 0 THEN v_recorded ELSE v_at END;
        IF r.label_revoked AND r.kind <> 'label_revoked' THEN flags := flags | 64::smallint; END IF;
        IF was_undone THEN flags := flags | 8::smallint; END IF;
        IF NOT v_overtaken AND (r.expected_from IS NOT NULL AND v_from IS DISTINCT FROM r.expected_from
           OR r.kind = 'accepted' AND state.offered_to IS DISTINCT FROM r.actor_party) THEN
            flags := flags | 1::smallint;
        END IF;

        -- The state after the event.
        v_holder := NULL;
        IF r.kind IN ('received', 'step', 'moved', 'accepted', 'registered', 'announced') THEN
            state.custodian_id := coalesce(r.to_id, r.actor_party);
            v_holder := CASE WHEN r.to_id IS NULL THEN r.actor_party_name ELSE r.to_name END;
        ELSIF r.kind = 'handed_over' THEN
            state.custodian_id := r.to_id;
            v_holder := r.to_name;
        ELSIF r.kind = 'returned' THEN
            -- What is lost or stolen was given to nobody: its last holder stays answerable for it.
            state.custodian_id := coalesce(r.to_id, CASE WHEN v_detail ->> 'outcome' IN ('lost', 'stolen') THEN v_from END, (SELECT p.owner_id FROM spoor.repair p WHERE p.id = v_repair),
                (SELECT d.owner_id FROM spoor.device d WHERE d.id = v_device), v_from, r.actor_party);
        ELSE
            state.custodian_id := coalesce(v_desk, v_from, r.to_id, r.actor_party);
        END IF;
        state.place_id := CASE WHEN r.place_id IS NOT NULL THEN r.place_id
                               WHEN r.kind IN ('returned', 'handed_over') THEN NULL
                               ELSE state.place_id END;
        state.offered_to := CASE WHEN r.kind = 'offered' THEN r.to_id
                                 WHEN v_from IS DISTINCT FROM state.custodian_id OR r.kind IN ('accepted', 'refused') THEN NULL
                                 ELSE state.offered_to END;
        IF r.kind IN ('step', 'received', 'announced', 'returned') THEN
            now_at := array_position(step_names, state.step);
            IF r.step IS NULL THEN
                then_at := array_position(phases, r.kind);
            END IF;
            step := step_names[then_at];
            IF r.kind = 'step' AND positions[then_at] < positions[now_at] AND r.reason IS NULL
               OR phases[then_at] = 'returned' AND phases[now_at] NOT IN ('ready', 'returned')
                  AND NOT coalesce(v_detail ? 'outcome', false) THEN
                flags := flags | 8::smallint;
            ELSIF r.kind = 'step' AND then_at > now_at + 1 THEN
                v_detail := coalesce(v_detail, '{}') || jsonb_build_object('skipped', to_jsonb(step_names[now_at + 1:then_at - 1]));
            END IF;
            IF state.step IS DISTINCT FROM step THEN state.step_since := v_began; END IF;
            state.step := step;
            state.waiting := NULL; state.waiting_since := NULL; state.next_update_on := NULL;
        ELSIF r.kind = 'waiting' THEN
            state.waiting := r.reason;
            state.waiting_since := v_happened;
            state.next_update_on := (v_detail ->> 'next_update_on')::date;
        ELSIF r.kind = 'waiting_ended' THEN
            state.waiting := NULL; state.waiting_since := NULL; state.next_update_on := NULL;
        ELSIF v_desk IS NOT NULL THEN
            -- What was missing is there again: it stands at the desk, as on the day it was handed in.
            state.step := step_names[array_position(phases, 'received')]; state.step_since := v_began;
            state.waiting := NULL; state.waiting_since := NULL; state.next_update_on := NULL;
        ELSIF r.kind = 'eta' THEN
            state.next_update_on := coalesce((v_detail ->> 'next_update_on')::date, state.next_update_on);
        ELSIF r.kind = 'corrected' AND v_detail ->> 'correction' = 'did_not_occur' AND t_seq > 0
              AND t_seq = (SELECT max(v.device_seq) FROM spoor.event v
                   WHERE v.device_id = v_device AND v.kind <> 'corrected' AND NOT spoor.is_idle(v) AND NOT EXISTS (SELECT FROM spoor.event u
                         WHERE u.corrects = v.event_id AND u.detail ->> 'correction' = 'did_not_occur')) THEN
            -- Undo of the latest event that still stands: the state is again the one before it.
            v_undo := true;
            SELECT v.to_id, v.place_id, v.step, v.waiting, v.happened_at INTO before FROM spoor.event v
             WHERE v.device_id = v_device AND v.device_seq < t_seq ORDER BY v.device_seq DESC LIMIT 1;   -- rows may be lost
            IF state.step IS DISTINCT FROM before.step THEN
                -- Since when it stands there again: since it came there.
                SELECT CASE WHEN v.flags & 4 <> 0 THEN v.recorded_at ELSE spoor.made_at(v.happened_at, v.recorded_at, v.detail) END INTO state.step_since
                  FROM spoor.event v
                 WHERE v.device_id = v_device AND v.device_seq < t_seq AND v.device_seq > coalesce((SELECT w.device_seq FROM spoor.event w
                       WHERE w.device_id = v_device AND w.device_seq < t_seq AND w.step IS DISTINCT FROM before.step ORDER BY w.device_seq DESC LIMIT 1), -1)
                 ORDER BY v.device_seq LIMIT 1;
            END IF;
            state.custodian_id := before.to_id; state.place_id := before.place_id; state.step := before.step;
            state.waiting := before.waiting; state.offered_to := NULL;
            state.waiting_since := CASE WHEN before.waiting IS NOT NULL THEN coalesce(state.waiting_since, before.happened_at) END;
            state.next_update_on := CASE WHEN before.waiting IS NOT NULL THEN state.next_update_on END;
        END IF;
        IF newer IS NOT NULL THEN
            IF newer.custody THEN state.custodian_id := was.custodian_id; END IF;
            IF newer.place THEN state.place_id := was.place_id; END IF;
            IF newer.step THEN
                state.step := was.step; state.step_since := was.step_since;
                flags := flags & ~8::smallint; v_detail := v_said;
            END IF;
            IF newer.waiting THEN
                state.waiting := was.waiting; state.waiting_since := was.waiting_since; state.next_update_on := was.next_update_on;
            END IF;
            IF newer.offer THEN state.offered_to := was.offered_to; END IF;
        END IF;
        IF v_overtaken THEN
            -- What it claimed is kept, as ids.
            v_detail := coalesce(v_detail, '{}') || jsonb_build_object('claimed', jsonb_strip_nulls(jsonb_build_object(
                'step', CASE WHEN newer.step THEN r.step END,
                'to', CASE WHEN newer.custody OR r.kind = 'offered' THEN coalesce(r.to_id, CASE WHEN r.kind <> 'returned' THEN r.actor_party END) END,
                'place', CASE WHEN newer.place THEN r.place_id END,
                'reason', CASE WHEN r.kind = 'waiting' THEN r.reason END)));
        END IF;
        IF flags & 2 <> 0 AND r.known_repair IS NULL AND r.kind NOT IN ('received', 'closed', 'reopened', 'corrected') THEN
            -- It belongs to the repair of that time.
            v_repair := coalesce(v_then, CASE WHEN NOT v_overtaken THEN v_repair END);
        END IF;
        IF r.kind = ANY (setting) OR r.place_id IS NOT NULL THEN state.as_of := greatest(state.as_of, v_at); END IF;
        IF v_from IS DISTINCT FROM state.custodian_id THEN state.since := v_happened; END IF;

        -- What stands beside the event.
        IF r.kind = 'received' THEN
            state.repair_id := v_repair;
        ELSIF r.kind IN ('returned', 'closed', 'reopened', 'eta', 'corrected') AND v_repair IS NOT NULL THEN
            UPDATE spoor.repair p SET
                returned_at = CASE WHEN r.kind = 'returned' THEN coalesce(CASE WHEN v_overtaken THEN p.returned_at END, v_at)
                                   WHEN r.kind = 'reopened' OR v_undo AND t_kind = 'returned' THEN NULL ELSE p.returned_at END,
                outcome = CASE WHEN r.kind = 'reopened' OR v_undo AND t_kind = 'returned' THEN NULL
                               WHEN v_undo AND t_kind = 'received' THEN 'cancelled'
                               WHEN v_overtaken THEN coalesce(p.outcome, v_detail ->> 'outcome')
                               ELSE coalesce(v_detail ->> 'outcome', p.outcome) END,
                closed_at = CASE WHEN r.kind = 'closed' OR v_undo AND t_kind = 'received' THEN v_at
                                 WHEN r.kind = 'reopened' OR v_undo AND t_kind = 'closed' THEN NULL ELSE p.closed_at END,
                link_until = CASE WHEN r.kind = 'closed' THEN v_at + interval '90 days'
                                  WHEN r.kind = 'reopened' OR v_undo AND t_kind = 'closed' THEN NULL ELSE p.link_until END,
                expected_was = CASE WHEN r.kind = 'eta' AND p.expected_on <> (v_detail ->> 'expected_on')::date
                                    THEN p.expected_on ELSE p.expected_was END,
                expected_on = CASE WHEN r.kind = 'eta' THEN coalesce((v_detail ->> 'expected_on')::date, p.expected_on)
                                   ELSE p.expected_on END,
                expected_before = CASE WHEN r.kind = 'eta' THEN (v_detail ->> 'expected_before')::time
                                       ELSE p.expected_before END
             WHERE p.id = v_repair;
            state.repair_id := CASE WHEN r.kind = 'closed' THEN nullif(state.repair_id, v_repair)
                                    WHEN v_undo AND t_kind = 'received' THEN NULL
                                    WHEN r.kind IN ('returned', 'eta') THEN coalesce(state.repair_id, v_repair)
                                    WHEN r.kind = 'corrected' AND NOT (v_undo AND t_kind = 'closed') THEN state.repair_id
                                    ELSE v_repair END;
        ELSIF r.kind IN ('label_linked', 'label_revoked') THEN
            UPDATE spoor.label l SET
                device_id = CASE WHEN r.kind = 'label_linked' THEN v_device ELSE l.device_id END,
                linked_at = CASE WHEN r.kind = 'label_linked' THEN v_recorded ELSE l.linked_at END,
                revoked_at = CASE WHEN r.kind = 'label_revoked' THEN v_recorded ELSE l.revoked_at END
             WHERE l.code = v_detail ->> 'label';
            IF r.kind = 'label_linked' THEN
                names := (v_detail ->> 'label') || names; named := v_device || named;
            END IF;
        ELSIF r.kind = 'step' AND phases[now_at] = 'returned' AND state.step IS DISTINCT FROM step_names[now_at] THEN
            PERFORM spoor.take_back_return(state.repair_id);
        END IF;
        IF v_undo AND t_kind = 'step' THEN PERFORM spoor.return_again(state.repair_id, state.step); END IF;

        -- The event and the values behind its commitments.
        seq := head.next_seq;
        device_seq := state.device_seq + 1;
        device_id := v_device;
        step := state.step;
        events := events || ROW(seq, r.event_id, v_device, device_seq, v_repair, r.kind, v_recorded, v_happened,
            coalesce(r.offset_minutes, 0), r.actor, v_scanner, v_number, v_from, state.custodian_id, state.place_id,
            state.step, state.waiting, r.reason, r.corrects, flags, v_detail, r.hash, coalesce(r.code, r.alias, r.beside),
            coalesce(r.said, 0::smallint), r.mac)::spoor.event;
        openings := openings || ROW(seq, 20, r.actor || ' ' || r.actor_name, spoor.new_salt())::spoor.opening;
        IF v_from IS DISTINCT FROM state.custodian_id THEN
            openings := openings || ROW(seq, 17, state.custodian_id || ' ' || CASE WHEN v_holder IS NOT NULL THEN v_holder
                ELSE (SELECT p.name FROM spoor.party p WHERE p.id = state.custodian_id) END, spoor.new_salt())::spoor.opening;
        END IF;
        IF v_place_was IS DISTINCT FROM state.place_id THEN
            openings := openings || ROW(seq, 18, CASE
                WHEN state.place_id IS NULL THEN ''
                WHEN state.place_id = r.place_id THEN r.place_id || ' ' || r.place_name
                ELSE (SELECT p.id || ' ' || p.name FROM spoor.party p WHERE p.id = state.place_id) END,
                spoor.new_salt())::spoor.opening;
        END IF;
        IF is_new THEN
            openings := openings || ROW(seq, 19, (SELECT concat_ws('|', d.kind, d.make, d.model,
                (SELECT string_agg(i.kind || '=' || i.value, '|' ORDER BY i.kind, i.value)
                   FROM spoor.alias i WHERE i.device_id = d.id)) FROM spoor.device d WHERE d.id = v_device),
                spoor.new_salt())::spoor.opening;
        END IF;
        IF r.public_note IS NOT NULL THEN
            openings := openings || ROW(seq, 21, r.public_note, spoor.new_salt())::spoor.opening;
        END IF;
        IF r.private_note IS NOT NULL THEN
            openings := openings || ROW(seq, 22, r.private_note, spoor.new_salt())::spoor.opening;
        END IF;
        IF v_detail IS NOT NULL THEN
            openings := openings || ROW(seq, 24, v_detail::text, spoor.new_salt())::spoor.opening;
        END IF;

        IF r.signature IS NOT NULL THEN
            openings := openings || ROW(seq, 33, r.signature, spoor.new_salt())::spoor.opening;
        END IF;

        state.seq := seq;
        state.device_seq := device_seq;
        IF at IS NULL THEN
            devices := devices || v_device;
            at := cardinality(devices);
        END IF;
        states[at] := state;
        ids := ids || r.event_id;
        hashes := hashes || r.hash;
        IF v_number IS NOT NULL THEN
            numbers := numbers || (v_scanner || ':' || v_number);
        END IF;
        IF v_left_out THEN
            UPDATE spoor.review_count c SET left_out = c.left_out + 1 WHERE c.actor_id = r.actor;
        END IF;
        head.next_seq := head.next_seq + 1;
        outcome := 'recorded';
        message := CASE WHEN flags & 128 <> 0 THEN 'this scanner used the same number before; recorded without it'
                        WHEN flags & 32 <> 0 THEN 'this scanner was revoked since; recorded, and a lead will look at it'
                        WHEN was_undone THEN 'this was undone before: it is kept, and nothing changed'
                        WHEN v_overtaken THEN 'this arrived late and others had moved on: it is kept, and what is newer stands' END;
        flags := flags | CASE WHEN v_overtaken THEN overtaken ELSE 0 END::smallint;
        RETURN NEXT;
    END LOOP;
    IF cardinality(events) > 0 THEN
        SELECT array_agg(s) INTO changed FROM unnest(states) s WHERE s.seq >= head.next_seq - cardinality(events);
        PERFORM spoor.store_events(events, openings, changed);
    END IF;
    UPDATE spoor.ledger_head SET next_seq = head.next_seq, recorded_at = v_recorded;
END $$;
