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

-- For those below: nobody came after the caller, and nobody does until its transaction ends.
CREATE OR REPLACE FUNCTION spoor.keep_sealing(of_epoch bigint)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM spoor.sealing s WHERE s.epoch = of_epoch FOR UPDATE;
    IF NOT FOUND THEN
        RAISE 'another sealer took over' USING ERRCODE = 'SP409';
    END IF;
END $$;

-- Entries from first_seq on, tiles that became complete, and the checkpoint over all of them. The same again is fine;
-- something else in the same place is not.
CREATE OR REPLACE FUNCTION spoor.store_sealed(of_epoch bigint, first_seq bigint, entries bytea[], tile_levels smallint[],
    tile_positions bigint[], tile_hashes bytea[], new_size bigint, new_note text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM spoor.keep_sealing(of_epoch);
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
    PERFORM spoor.keep_sealing(of_epoch);
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

-- The person whom a detail names by their id; NULL: nobody, or several.
CREATE OR REPLACE FUNCTION spoor.only_named(detail jsonb)
RETURNS uuid LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(p.id::text)::uuid
      FROM (SELECT DISTINCT lower(m[1])::uuid AS id FROM regexp_matches(detail::text, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'gi') m) n
      JOIN spoor.party p ON p.id = n.id AND p.kind = 'person'
    HAVING count(*) = 1;
$$;

-- Of a database that was restored: what its log says was erased, up to 512 at once. The erasures stand here again in their places, and the
-- values that they took are destroyed. Gives who is named that was erased: a receiver, a recorder or a note goes only for the sake of the
-- receiver, the recorder or the repair's owner, a detail for the sake of whom it names. Where it names several, no entry says whom; where it is
-- marked, it was erased before the copy was made, and names others.
CREATE OR REPLACE FUNCTION spoor.erase_again(of_epoch bigint, seqs bigint[], notice_ids uuid[], recorded_ms bigint[], targets uuid[],
    tags text[], reasons smallint[])
RETURNS TABLE (party_id uuid, reason text, actor_id uuid) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    head spoor.ledger_head%ROWTYPE;
BEGIN
    PERFORM spoor.keep_sealing(of_epoch);
    SELECT * INTO head FROM spoor.ledger_head FOR UPDATE;
    INSERT INTO spoor.notice (seq, type, notice_id, recorded_at, target, erased, reason)
    SELECT d.seq, 2, d.notice_id, 'epoch'::timestamptz + d.ms * interval '1 millisecond', v.event_id, string_to_array(d.tags, ' ')::smallint[],
           (SELECT r.code FROM spoor.erasure_reason r WHERE r.number = d.reason)
      FROM unnest(seqs, notice_ids, recorded_ms, targets, tags, reasons) d (seq, notice_id, ms, target, tags, reason)
      JOIN spoor.event v ON v.event_id = d.target
     WHERE d.seq < head.next_seq ON CONFLICT DO NOTHING;
    DELETE FROM spoor.opening o USING unnest(targets, tags) d (target, tags), spoor.event v
     WHERE v.event_id = d.target AND o.seq = v.seq AND o.tag = ANY (string_to_array(d.tags, ' ')::smallint[]);
    RETURN QUERY
    SELECT DISTINCT ON (p.id) p.id, coalesce(r.code, 'REQUEST'), (SELECT a.id FROM spoor.actor a WHERE a.kind = 'system' ORDER BY a.name LIMIT 1)
      FROM unnest(targets, tags, reasons) d (target, tags, reason)
      JOIN spoor.event v ON v.event_id = d.target
     CROSS JOIN LATERAL (SELECT string_to_array(d.tags, ' ')::smallint[] AS gone) g
     CROSS JOIN LATERAL (SELECT v.to_id AS id WHERE 17 = ANY (g.gone)
                         UNION SELECT a.party_id FROM spoor.actor a WHERE a.id = v.actor_id AND a.kind = 'account' AND 20 = ANY (g.gone)
                         UNION SELECT c.owner_id FROM spoor.repair c WHERE c.id = v.repair_id AND g.gone && '{21,22}'
                         UNION SELECT spoor.only_named(v.detail) WHERE 24 = ANY (g.gone) AND NOT EXISTS (SELECT FROM spoor.detail_left l WHERE l.seq = v.seq)) x
      JOIN spoor.party p ON p.id = x.id AND p.kind = 'person' AND p.erased_at IS NULL
      LEFT JOIN spoor.erasure_reason r ON r.number = d.reason
     ORDER BY p.id;
END $$;
