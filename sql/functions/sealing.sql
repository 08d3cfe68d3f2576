-- What the sealer writes. One sealer at a time: an advisory lock on its own session, and an epoch that fences off one
-- that lost its session without noticing.

-- The epoch of the caller from now on; NULL: another sealer is at work.
CREATE OR REPLACE FUNCTION spoor.begin_sealing()
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_epoch bigint;
BEGIN
    IF NOT pg_try_advisory_lock(7307200) THEN
        RETURN NULL;
    END IF;
    UPDATE spoor.sealing SET epoch = epoch + 1, at = now() RETURNING epoch INTO v_epoch;
    RETURN v_epoch;
END $$;

-- Whether the caller's session still holds the lock, and nobody came after it.
CREATE OR REPLACE FUNCTION spoor.hold_sealing(of_epoch bigint)
RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.epoch = of_epoch AND EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
        AND l.pid = pg_backend_pid() AND l.classid = 0 AND l.objid = 7307200)
      FROM spoor.sealing s;
$$;

-- Entries from first_seq on, tiles that became complete, and the checkpoint over all of them. The same again is fine;
-- something else in the same place is not.
CREATE OR REPLACE FUNCTION spoor.store_sealed(of_epoch bigint, first_seq bigint, entries bytea[], tile_levels smallint[],
    tile_positions bigint[], tile_hashes bytea[], new_size bigint, new_note text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM spoor.sealing s WHERE s.epoch = of_epoch FOR UPDATE;
    IF NOT FOUND THEN
        RAISE 'another sealer took over' USING ERRCODE = 'SP409';
    END IF;
    IF EXISTS (SELECT FROM unnest(entries) WITH ORDINALITY AS e (entry, n)
                 JOIN spoor.ledger_entry l ON l.seq = first_seq + n - 1 WHERE l.entry <> e.entry) THEN
        RAISE 'the database holds another entry in the place of one that was sealed' USING ERRCODE = 'SP409';
    END IF;
    INSERT INTO spoor.ledger_entry (seq, entry)
    SELECT first_seq + n - 1, e FROM unnest(entries) WITH ORDINALITY AS x (e, n) ON CONFLICT DO NOTHING;
    INSERT INTO spoor.tile (level, position, hashes)
    SELECT * FROM unnest(tile_levels, tile_positions, tile_hashes) ON CONFLICT DO NOTHING;
    IF new_note IS NOT NULL THEN
        INSERT INTO spoor.checkpoint (size, note) VALUES (new_size, new_note) ON CONFLICT DO NOTHING;
    END IF;
    RETURN new_size;
END $$;

-- What the auditor's pages say about sealing.
CREATE OR REPLACE FUNCTION spoor.report_sealing(of_epoch bigint, new_state text, new_message text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE spoor.sealing SET state = new_state, message = new_message, at = now()
     WHERE epoch = of_epoch OR of_epoch IS NULL;
$$;

-- An entry that is no event of a device, in its turn like any other writer.
CREATE OR REPLACE FUNCTION spoor.add_notice(of_type smallint, new_verifier_key text, new_incident smallint,
    new_from_size bigint, new_to_size bigint)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head       spoor.ledger_head%ROWTYPE;
    v_recorded timestamptz;
    v_seq      bigint;
BEGIN
    IF of_type NOT IN (5, 7) THEN
        RAISE 'only configurations and incidents are added this way' USING ERRCODE = 'SP400';
    END IF;
    SELECT * INTO head FROM spoor.ledger_head FOR UPDATE;
    SELECT n.seq INTO v_seq FROM spoor.notice n WHERE n.type = 5 AND n.verifier_key = new_verifier_key;
    IF FOUND THEN
        RETURN v_seq;                          -- announced before: the answer to that was lost
    END IF;
    v_recorded := greatest(date_trunc('milliseconds', clock_timestamp()), head.recorded_at);
    INSERT INTO spoor.notice (seq, type, recorded_at, verifier_key, incident, from_size, to_size)
    VALUES (head.next_seq, of_type, v_recorded, new_verifier_key, new_incident, new_from_size, new_to_size);
    UPDATE spoor.ledger_head SET next_seq = head.next_seq + 1, recorded_at = v_recorded;
    RETURN head.next_seq;
END $$;

-- A database that was restored from an old copy: numbers go on after those that were sealed, in the ledger and for each
-- device, and an incident says so. The rows that are lost stay lost; who checks a bundle sees which.
CREATE OR REPLACE FUNCTION spoor.resume_after_restore(of_epoch bigint, sealed_size bigint, device_ids uuid[],
    device_seqs int[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head spoor.ledger_head%ROWTYPE;
BEGIN
    PERFORM FROM spoor.sealing s WHERE s.epoch = of_epoch FOR UPDATE;
    IF NOT FOUND THEN
        RAISE 'another sealer took over' USING ERRCODE = 'SP409';
    END IF;
    SELECT * INTO head FROM spoor.ledger_head FOR UPDATE;
    IF head.next_seq >= sealed_size THEN
        RETURN NULL;
    END IF;
    UPDATE spoor.ledger_head SET next_seq = sealed_size;
    UPDATE spoor.custody c SET device_seq = d.device_seq
      FROM unnest(device_ids, device_seqs) AS d (device_id, device_seq)
     WHERE c.device_id = d.device_id AND c.device_seq < d.device_seq;
    RETURN spoor.add_notice(7::smallint, NULL, 1::smallint, head.next_seq, sealed_size);
END $$;

-- The events of which values name a person, or are of their repairs; tags as "17 21".
CREATE OR REPLACE FUNCTION spoor.erasable(of_party uuid)
RETURNS TABLE (seq bigint, event_id uuid, tags text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.seq, v.event_id, string_agg(o.tag::text, ' ' ORDER BY o.tag)
      FROM spoor.event v JOIN spoor.opening o ON o.seq = v.seq
     WHERE o.tag = 17 AND v.to_id = of_party
        OR o.tag = 20 AND v.actor_id IN (SELECT a.id FROM spoor.actor a WHERE a.party_id = of_party AND a.kind = 'account')
        OR o.tag IN (21, 22, 33) AND v.repair_id IN (SELECT r.id FROM spoor.repair r WHERE r.owner_id = of_party)
     GROUP BY v.seq, v.event_id ORDER BY v.seq;
$$;

-- Destroys what the ledger holds about a person: names, notes of their repairs, how to reach them. Each event that loses a
-- value gets an erasure entry with the service's mark; the proofs stay valid. Only what is sealed can be erased.
CREATE OR REPLACE FUNCTION spoor.erase_person(of_party uuid, by_actor uuid, for_reason text, targets uuid[],
    target_tags text[], macs bytea[])
RETURNS TABLE (events bigint, openings bigint) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on AS $$
DECLARE
    head       spoor.ledger_head%ROWTYPE;
    v_recorded timestamptz;
    v_sealed   bigint;
    v_actor    text;
    doomed     record;
BEGIN
    PERFORM FROM spoor.party p WHERE p.id = of_party AND p.kind = 'person' AND p.erased_at IS NULL;
    IF NOT FOUND THEN
        RAISE 'There is no such person, or they were erased before' USING ERRCODE = 'SP404';
    ELSIF NOT EXISTS (SELECT FROM spoor.erasure_reason r WHERE r.code = for_reason) THEN
        RAISE 'The reason must be one of %', (SELECT string_agg(r.code, ', ' ORDER BY r.number) FROM spoor.erasure_reason r)
            USING ERRCODE = 'SP400', DETAIL = 'field=reason';
    ELSIF EXISTS (SELECT FROM spoor.repair r WHERE r.owner_id = of_party AND r.closed_at IS NULL AND r.returned_at IS NULL) THEN
        RAISE 'A device of this person is in repair; return it first' USING ERRCODE = 'SP409';
    END IF;
    SELECT * INTO head FROM spoor.ledger_head FOR UPDATE;
    SELECT coalesce(max(c.size), 0) INTO v_sealed FROM spoor.checkpoint c;
    v_recorded := greatest(date_trunc('milliseconds', clock_timestamp()), head.recorded_at);
    SELECT a.id || ' ' || a.name INTO v_actor FROM spoor.actor a WHERE a.id = by_actor;
    events := 0; openings := 0;
    FOR doomed IN
        SELECT e.seq, e.event_id, string_to_array(e.tags, ' ')::smallint[] AS tags, m.mac
          FROM spoor.erasable(of_party) e
          LEFT JOIN unnest(targets, target_tags, macs) AS m (target, tags, mac) ON m.target = e.event_id AND m.tags = e.tags
         ORDER BY e.seq
    LOOP
        IF doomed.seq >= v_sealed THEN
            RAISE 'The latest records of this person are not sealed yet; try again in a moment' USING ERRCODE = 'SP409';
        ELSIF doomed.mac IS NULL THEN
            RAISE 'Something was recorded of this person meanwhile; try again' USING ERRCODE = 'SP409';
        END IF;
        INSERT INTO spoor.notice (seq, type, recorded_at, actor_id, target, erased, reason, mac)
        VALUES (head.next_seq, 2, v_recorded, by_actor, doomed.event_id, doomed.tags, for_reason, doomed.mac);
        INSERT INTO spoor.opening (seq, tag, value, salt) VALUES (head.next_seq, 20, v_actor,
            sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
        DELETE FROM spoor.opening o WHERE o.seq = doomed.seq AND o.tag = ANY (doomed.tags);
        head.next_seq := head.next_seq + 1;
        events := events + 1;
        openings := openings + cardinality(doomed.tags);
    END LOOP;
    UPDATE spoor.ledger_head SET next_seq = head.next_seq, recorded_at = v_recorded;
    DELETE FROM spoor.session s USING spoor.account c JOIN spoor.actor a ON a.id = c.id
     WHERE s.account_id = c.id AND a.party_id = of_party;
    UPDATE spoor.admin_action t SET target = '(erased)'
     WHERE t.target IN (SELECT c.login FROM spoor.account c JOIN spoor.actor a ON a.id = c.id WHERE a.party_id = of_party
                        UNION SELECT p.name FROM spoor.party p WHERE p.id = of_party
                        UNION SELECT p.email FROM spoor.party p WHERE p.id = of_party);
    UPDATE spoor.account c SET login = 'erased-' || left(c.id::text, 8), disabled_at = coalesce(c.disabled_at, now())
      FROM spoor.actor a WHERE a.id = c.id AND a.party_id = of_party;
    UPDATE spoor.actor SET name = 'Erased' WHERE party_id = of_party AND kind = 'account';
    UPDATE spoor.repair SET problem = '(erased)', condition = '', accessories = '', link_hash = NULL
     WHERE owner_id = of_party;
    UPDATE spoor.label l SET party_id = NULL, revoked_at = coalesce(l.revoked_at, v_recorded) WHERE l.party_id = of_party;
    UPDATE spoor.review SET body = jsonb_strip_nulls(jsonb_build_object('scanner_seq', body -> 'scanner_seq')) WHERE event_id IN (SELECT n.target FROM spoor.notice n WHERE n.recorded_at = v_recorded);
    UPDATE spoor.party SET name = 'Erased', email = NULL, phone = NULL, named = false, erased_at = v_recorded
     WHERE id = of_party;
    PERFORM spoor.note_action(by_actor, 'person_erased', of_party::text);
    RETURN NEXT;
END $$;
