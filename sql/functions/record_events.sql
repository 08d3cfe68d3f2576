-- The only writer of events. `batch` is a JSON array of 1 to 512 events as ledger/recorder.c builds them:
--   event_id, actor, kind and one of device_id | code (a label's 10 symbols) | alias (serial number, asset tag);
--   step, reason, to, place, expected_from (parties), happened_at, offset_minutes, scanner_id, scanner_seq,
--   public_note, private_note, corrects, repair_id, detail; said and mac as ledger/submission.h says.
-- Gives one row per event, in their order. Outcomes: recorded, replayed (same key, same content), conflict (same key,
-- other content: kept in spoor.review), refused (certainly not stored; message says why).
-- The lock on the ledger's head makes writers take turns until they commit: seq is gap-free and in commit order.
CREATE OR REPLACE FUNCTION spoor.record_events(batch jsonb)
RETURNS TABLE (ordinal int, event_id uuid, outcome text, seq bigint, device_seq int, flags smallint, message text,
               device_id uuid, step text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    late_after  CONSTANT interval := '10 minutes';
    head        spoor.ledger_head%ROWTYPE;
    v_recorded  timestamptz;
    e           jsonb;
    hash        bytea;
    known       record;
    words       record;
    t_device    uuid;                         -- of the event that this one corrects
    t_seq       int;
    t_kind      text;
    t_repair    uuid;
    v_skipped   jsonb;
    before      record;
    state       spoor.custody%ROWTYPE;        -- the device's state before this event, then after it
    is_new      boolean;
    v_device    uuid;
    v_matches   int;
    v_happened  timestamptz;
    v_kind      text;
    v_from      uuid;
    v_place_was uuid;
    v_position  smallint;
    v_detail    jsonb;
    v_repair    uuid;
    v_undo      boolean;
BEGIN
    IF jsonb_typeof(batch) <> 'array' OR jsonb_array_length(batch) NOT BETWEEN 1 AND 512 THEN
        RAISE 'a batch holds 1 to 512 events' USING ERRCODE = 'SP400';
    END IF;
    SELECT * INTO head FROM spoor.ledger_head FOR UPDATE;
    v_recorded := greatest(date_trunc('milliseconds', clock_timestamp()), head.recorded_at);
    ordinal := 0;

    FOR e IN SELECT value FROM jsonb_array_elements(batch) LOOP
        ordinal := ordinal + 1;
        event_id := (e ->> 'event_id')::uuid;
        outcome := NULL; seq := NULL; device_seq := NULL; flags := 0; message := NULL; device_id := NULL; step := NULL;
        hash := sha256(convert_to((e - '{mac,said}'::text[])::text, 'UTF8'));
        v_kind := e ->> 'kind';

        -- Seen before? The answer to a replay writes, so that it waits for the same durability as the event did.
        SELECT v.seq, v.device_seq, v.device_id, v.flags, v.step, v.content_hash INTO known
          FROM spoor.event v WHERE v.event_id = (e ->> 'event_id')::uuid;
        IF FOUND THEN
            seq := known.seq; device_seq := known.device_seq; device_id := known.device_id; flags := known.flags;
            step := known.step;
            IF known.content_hash = hash THEN
                outcome := 'replayed';
                INSERT INTO spoor.delivery AS d VALUES ((e ->> 'event_id')::uuid, 1, v_recorded)
                    ON CONFLICT ON CONSTRAINT delivery_pkey
                    DO UPDATE SET deliveries = d.deliveries + 1, last_at = excluded.last_at;
            ELSE
                outcome := 'conflict';
                message := 'this event_id was used before with other content; both are kept, a lead will look at them';
            END IF;
        ELSIF e ? 'scanner_seq' THEN
            SELECT v.seq, v.device_seq, v.device_id INTO known FROM spoor.event v
             WHERE v.scanner_id = (e ->> 'scanner_id')::uuid AND v.scanner_seq = (e ->> 'scanner_seq')::bigint;
            IF FOUND THEN
                outcome := 'conflict'; seq := known.seq; device_seq := known.device_seq; device_id := known.device_id;
                message := 'this scanner used the same number before for another event; both are kept, a lead will look at them';
            END IF;
        END IF;
        IF outcome = 'conflict' AND EXISTS (SELECT FROM spoor.actor a WHERE a.id = (e ->> 'actor')::uuid) THEN
            INSERT INTO spoor.review (event_id, actor_id, body, body_hash, why)
            VALUES ((e ->> 'event_id')::uuid, (e ->> 'actor')::uuid, e, hash, message)
                ON CONFLICT ON CONSTRAINT review_event_id_body_hash_key DO UPDATE SET received_at = excluded.received_at;
        END IF;
        IF outcome IS NOT NULL THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- Do its words exist?
        SELECT k.number AS kind_number, s.position AS step_position, s.phase AS step_phase, r.number AS reason_number,
               a.party_id AS actor_party, a.name AS actor_name, t.id AS to_id, p.id AS place_id, rp.id AS repair_id
          INTO words
          FROM (VALUES (1)) AS one
          LEFT JOIN spoor.event_kind k ON k.name = e ->> 'kind'
          LEFT JOIN spoor.step s ON s.name = e ->> 'step'
          LEFT JOIN spoor.reason r ON r.code = e ->> 'reason'
          LEFT JOIN spoor.actor a ON a.id = (e ->> 'actor')::uuid
          LEFT JOIN spoor.party t ON t.id = (e ->> 'to')::uuid
          LEFT JOIN spoor.party p ON p.id = (e ->> 'place')::uuid AND p.kind = 'place'
          LEFT JOIN spoor.repair rp ON rp.id = (e ->> 'repair_id')::uuid;
        message := CASE
            WHEN words.kind_number IS NULL THEN 'there is no kind of event with this name'
            WHEN words.actor_party IS NULL THEN 'whoever sent this is not known'
            WHEN e ? 'step' AND words.step_position IS NULL THEN 'there is no step with this name'
            WHEN e ? 'reason' AND words.reason_number IS NULL THEN 'there is no reason with this code'
            WHEN e ? 'to' AND words.to_id IS NULL THEN 'the receiver is not known'
            WHEN e ? 'place' AND words.place_id IS NULL THEN 'there is no such place'
            WHEN e ? 'repair_id' AND words.repair_id IS NULL THEN 'there is no such repair'
            WHEN v_kind = 'step' AND NOT e ? 'step' THEN 'a step needs its name'
            WHEN v_kind = 'waiting' AND NOT e ? 'reason' THEN 'waiting needs a reason'
            WHEN v_kind IN ('handed_over', 'offered') AND NOT e ? 'to' THEN 'a hand-over needs a receiver'
            WHEN v_kind = 'corrected' AND NOT e ? 'corrects' THEN 'a correction needs the event that it corrects'
        END;

        -- Which device?
        v_device := (e ->> 'device_id')::uuid;
        t_device := NULL; t_seq := NULL; t_kind := NULL; t_repair := NULL;
        IF message IS NULL AND e ? 'corrects' THEN
            SELECT v.device_id, v.device_seq, v.kind, v.repair_id INTO t_device, t_seq, t_kind, t_repair
              FROM spoor.event v WHERE v.event_id = (e ->> 'corrects')::uuid;
            IF NOT FOUND THEN
                message := 'the event that this corrects is not known';
            ELSIF v_device <> t_device THEN
                message := 'the event that this corrects belongs to another device';
            END IF;
            v_device := coalesce(v_device, t_device);
        END IF;
        IF message IS NULL AND v_device IS NULL AND e ? 'code' THEN
            SELECT l.device_id, l.party_id INTO known FROM spoor.label l WHERE l.code = e ->> 'code';
            v_device := known.device_id;
            IF known.party_id IS NOT NULL THEN
                message := 'this label belongs to a place or a person, not to a device';
            END IF;
        ELSIF message IS NULL AND v_device IS NULL AND e ? 'alias' THEN
            SELECT count(DISTINCT a.device_id), min(a.device_id::text)::uuid INTO v_matches, v_device
              FROM spoor.alias a WHERE a.value = e ->> 'alias';
            IF v_matches > 1 THEN
                message := 'several devices have this number; scan the label, or choose one on the page';
            END IF;
        ELSIF message IS NULL AND v_device IS NULL THEN
            message := 'it does not say which device';
        END IF;
        state := NULL;
        IF message IS NULL AND v_device IS NOT NULL THEN
            SELECT * INTO state FROM spoor.custody c WHERE c.device_id = v_device;
            IF NOT FOUND AND NOT EXISTS (SELECT FROM spoor.device d WHERE d.id = v_device) THEN
                message := 'there is no such device';
            END IF;
        END IF;
        IF message IS NOT NULL THEN
            outcome := 'refused';
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- A device that nobody registered: the fact is kept, on a device that somebody identifies later.
        IF v_device IS NULL THEN
            flags := flags | 16::smallint;
            INSERT INTO spoor.device (kind, identified) VALUES ('unknown', false) RETURNING id INTO v_device;
            IF NOT e ? 'code' THEN
                INSERT INTO spoor.alias (device_id, kind, value) VALUES (v_device, 'other', e ->> 'alias');
            ELSE
                UPDATE spoor.label l SET device_id = v_device, linked_at = v_recorded WHERE l.code = e ->> 'code';
                IF NOT FOUND THEN
                    INSERT INTO spoor.alias (device_id, kind, value) VALUES (v_device, 'other', e ->> 'code');
                END IF;
            END IF;
        END IF;
        is_new := state.device_id IS NULL;
        IF is_new THEN
            state.device_id := v_device; state.device_seq := -1;
        END IF;
        v_from := state.custodian_id;
        v_place_was := state.place_id;
        v_detail := CASE WHEN jsonb_typeof(e -> 'detail') = 'object' AND e -> 'detail' <> '{}' THEN e -> 'detail' END;
        v_happened := coalesce((e ->> 'happened_at')::timestamptz, v_recorded);
        v_repair := coalesce(words.repair_id, state.repair_id, t_repair);
        v_undo := false;

        IF v_recorded - v_happened > late_after THEN flags := flags | 2::smallint; END IF;
        IF v_happened - v_recorded > late_after OR v_happened < '2015-01-01Z' THEN flags := flags | 4::smallint; END IF;
        IF e ? 'expected_from' AND v_from IS DISTINCT FROM (e ->> 'expected_from')::uuid
           OR v_kind = 'accepted' AND state.offered_to IS DISTINCT FROM words.actor_party THEN
            flags := flags | 1::smallint;
        END IF;

        -- The state after the event.
        state.custodian_id := coalesce(CASE
            WHEN v_kind IN ('received', 'step', 'moved', 'accepted', 'registered', 'announced')
                THEN coalesce(words.to_id, words.actor_party)
            WHEN v_kind = 'handed_over' THEN words.to_id
            WHEN v_kind = 'returned' THEN coalesce(words.to_id,
                (SELECT r.owner_id FROM spoor.repair r WHERE r.id = v_repair),
                (SELECT d.owner_id FROM spoor.device d WHERE d.id = v_device))
            END, v_from, words.to_id, words.actor_party);
        state.place_id := CASE WHEN words.place_id IS NOT NULL THEN words.place_id
                               WHEN v_kind IN ('returned', 'handed_over') THEN NULL
                               ELSE state.place_id END;
        state.offered_to := CASE WHEN v_kind = 'offered' THEN words.to_id
                                 WHEN v_from IS DISTINCT FROM state.custodian_id OR v_kind IN ('accepted', 'refused') THEN NULL
                                 ELSE state.offered_to END;
        IF v_kind IN ('step', 'received', 'announced', 'returned') THEN
            SELECT s.position, s.phase INTO before FROM spoor.step s WHERE s.name = state.step;
            v_position := before.position;
            IF e ? 'step' THEN
                step := e ->> 'step';
            ELSE
                SELECT s.name, s.position, s.phase INTO step, words.step_position, words.step_phase FROM spoor.step s
                 WHERE s.phase = v_kind ORDER BY s.position LIMIT 1;
            END IF;
            IF v_kind = 'step' AND words.step_position < v_position AND NOT e ? 'reason'
               OR words.step_phase = 'returned' AND before.phase NOT IN ('ready', 'returned')
                  AND NOT coalesce(v_detail ? 'outcome', false) THEN
                flags := flags | 8::smallint;
            ELSIF v_kind = 'step' AND words.step_position > v_position THEN
                SELECT jsonb_agg(s.name ORDER BY s.position) INTO v_skipped FROM spoor.step s
                 WHERE s.position > v_position AND s.position < words.step_position;
                IF v_skipped IS NOT NULL THEN
                    v_detail := coalesce(v_detail, '{}') || jsonb_build_object('skipped', v_skipped);
                END IF;
            END IF;
            IF state.step IS DISTINCT FROM step THEN state.step_since := v_happened; END IF;
            state.step := step;
            state.waiting := NULL; state.waiting_since := NULL; state.next_update_on := NULL;
        ELSIF v_kind = 'waiting' THEN
            state.waiting := e ->> 'reason';
            state.waiting_since := v_happened;
            state.next_update_on := (v_detail ->> 'next_update_on')::date;
        ELSIF v_kind = 'waiting_ended' THEN
            state.waiting := NULL; state.waiting_since := NULL; state.next_update_on := NULL;
        ELSIF v_kind = 'eta' THEN
            state.next_update_on := coalesce((v_detail ->> 'next_update_on')::date, state.next_update_on);
        ELSIF v_kind = 'corrected' AND v_detail ->> 'correction' = 'did_not_occur'
              AND t_seq = state.device_seq AND t_seq > 0 THEN
            -- Undo of the latest event: the state is again the one before it.
            v_undo := true;
            SELECT v.to_id, v.place_id, v.step, v.waiting, v.happened_at INTO before FROM spoor.event v
             WHERE v.device_id = v_device AND v.device_seq = t_seq - 1;
            state.custodian_id := before.to_id; state.place_id := before.place_id; state.step := before.step;
            state.waiting := before.waiting; state.offered_to := NULL; state.step_since := before.happened_at;
            state.waiting_since := CASE WHEN before.waiting IS NOT NULL THEN coalesce(state.waiting_since, before.happened_at) END;
            state.next_update_on := CASE WHEN before.waiting IS NOT NULL THEN state.next_update_on END;
        END IF;
        IF v_from IS DISTINCT FROM state.custodian_id THEN state.since := v_happened; END IF;

        -- The event, then what stands beside it.
        seq := head.next_seq;
        device_seq := state.device_seq + 1;
        device_id := v_device;
        step := state.step;
        INSERT INTO spoor.event VALUES (head.next_seq, (e ->> 'event_id')::uuid, v_device, state.device_seq + 1, v_repair,
            v_kind, v_recorded, v_happened, coalesce((e ->> 'offset_minutes')::smallint, 0), (e ->> 'actor')::uuid,
            (e ->> 'scanner_id')::uuid, (e ->> 'scanner_seq')::bigint, v_from, state.custodian_id, state.place_id,
            state.step, state.waiting, e ->> 'reason', (e ->> 'corrects')::uuid, flags, v_detail, hash,
            coalesce(e ->> 'code', e ->> 'alias'), coalesce((e ->> 'said')::smallint, 0), (e ->> 'mac')::bytea);
        INSERT INTO spoor.opening (seq, tag, value, salt)
        SELECT head.next_seq, o.tag, o.value, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
          FROM (VALUES
            (17::smallint, CASE WHEN v_from IS DISTINCT FROM state.custodian_id
                THEN (SELECT p.id || ' ' || p.name FROM spoor.party p WHERE p.id = state.custodian_id) END),
            (18::smallint, CASE WHEN v_place_was IS DISTINCT FROM state.place_id
                THEN coalesce((SELECT p.id || ' ' || p.name FROM spoor.party p WHERE p.id = state.place_id), '') END),
            (19::smallint, CASE WHEN is_new THEN (SELECT concat_ws('|', d.kind, d.make, d.model,
                (SELECT string_agg(a.kind || '=' || a.value, '|' ORDER BY a.kind, a.value)
                   FROM spoor.alias a WHERE a.device_id = d.id)) FROM spoor.device d WHERE d.id = v_device) END),
            (20::smallint, (e ->> 'actor') || ' ' || words.actor_name),
            (21::smallint, e ->> 'public_note'),
            (22::smallint, e ->> 'private_note'),
            (24::smallint, v_detail::text)) AS o (tag, value)
         WHERE o.value IS NOT NULL;

        IF v_kind = 'received' THEN state.repair_id := v_repair; END IF;
        IF v_kind IN ('returned', 'closed', 'reopened', 'eta', 'corrected') AND v_repair IS NOT NULL THEN
            UPDATE spoor.repair r SET
                returned_at = CASE WHEN v_kind = 'returned' THEN v_happened
                                   WHEN v_undo AND t_kind = 'returned' THEN NULL ELSE r.returned_at END,
                outcome = CASE WHEN v_undo AND t_kind = 'returned' THEN NULL
                               ELSE coalesce(v_detail ->> 'outcome', r.outcome) END,
                closed_at = CASE WHEN v_kind = 'closed' THEN v_happened
                                 WHEN v_kind = 'reopened' OR v_undo AND t_kind = 'closed' THEN NULL ELSE r.closed_at END,
                link_until = CASE WHEN v_kind = 'closed' THEN v_happened + interval '90 days'
                                  WHEN v_kind = 'reopened' OR v_undo AND t_kind = 'closed' THEN NULL ELSE r.link_until END,
                expected_was = CASE WHEN v_kind = 'eta' AND r.expected_on <> (v_detail ->> 'expected_on')::date
                                    THEN r.expected_on ELSE r.expected_was END,
                expected_on = CASE WHEN v_kind = 'eta' THEN coalesce((v_detail ->> 'expected_on')::date, r.expected_on)
                                   ELSE r.expected_on END,
                expected_before = CASE WHEN v_kind = 'eta' THEN (v_detail ->> 'expected_before')::time
                                       ELSE r.expected_before END
             WHERE r.id = v_repair;
            state.repair_id := CASE WHEN v_kind = 'closed' THEN NULL ELSE v_repair END;
        ELSIF v_kind IN ('label_linked', 'label_revoked') THEN
            UPDATE spoor.label l SET
                device_id = CASE WHEN v_kind = 'label_linked' THEN v_device ELSE l.device_id END,
                linked_at = CASE WHEN v_kind = 'label_linked' THEN v_recorded ELSE l.linked_at END,
                revoked_at = CASE WHEN v_kind = 'label_revoked' THEN v_recorded ELSE l.revoked_at END
             WHERE l.code = v_detail ->> 'label' AND l.party_id IS NULL;
        END IF;

        INSERT INTO spoor.custody VALUES (v_device, state.custodian_id, state.since, state.place_id, state.repair_id,
            state.step, state.step_since, state.waiting, state.waiting_since, state.next_update_on, state.offered_to,
            head.next_seq, state.device_seq + 1)
        ON CONFLICT ON CONSTRAINT custody_pkey DO UPDATE SET
            custodian_id = excluded.custodian_id, since = excluded.since, place_id = excluded.place_id,
            repair_id = excluded.repair_id, step = excluded.step, step_since = excluded.step_since,
            waiting = excluded.waiting, waiting_since = excluded.waiting_since, next_update_on = excluded.next_update_on,
            offered_to = excluded.offered_to, seq = excluded.seq, device_seq = excluded.device_seq;
        head.next_seq := head.next_seq + 1;
        outcome := 'recorded';
        RETURN NEXT;
    END LOOP;
    UPDATE spoor.ledger_head SET next_seq = head.next_seq, recorded_at = v_recorded;
END $$;
