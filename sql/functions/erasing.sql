-- The erasure of a person: what names them is destroyed wherever it stands, the ledger says so, and its proofs stay valid.

-- Whom a scan names as receiver, as it was typed or read: field 09 of what its scanner signed (docs/ledger.md); NULL: nobody.
CREATE OR REPLACE FUNCTION spoor.signed_receiver(signature text)
RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said bytea;
    at   int;                 -- where a field begins
    size int;
BEGIN
    said := decode(split_part(signature, ' ', 4), 'hex');
    at := position('\x00'::bytea IN said);
    WHILE at + 5 <= length(said) LOOP
        size := ((get_byte(said, at + 1) * 256 + get_byte(said, at + 2)) * 256 + get_byte(said, at + 3)) * 256 + get_byte(said, at + 4);
        EXIT WHEN get_byte(said, at) > 9;
        IF get_byte(said, at) = 9 THEN
            RETURN convert_from(substr(said, at + 6, size), 'UTF8');
        END IF;
        at := at + 5 + size;
    END LOOP;
    RETURN NULL;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

-- Whether that is the id of this party or the code of one of its labels, in any of the forms that are read.
CREATE OR REPLACE FUNCTION spoor.is_called(party uuid, named text)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT lower(named) = party::text OR EXISTS (SELECT FROM spoor.label l WHERE l.party_id = party
        AND l.code = translate(upper(regexp_replace(regexp_replace(named, '^.*/', ''), '[-[:space:]]', '', 'g')), 'OIL', '011'));
$$;

-- Whether a signature says the id of this party, wherever, or one of its labels as the receiver.
CREATE OR REPLACE FUNCTION spoor.is_signed(party uuid, signature text)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT position(encode(convert_to(party::text, 'UTF8'), 'hex') IN signature) > 0
        OR signature LIKE '%090000%' AND spoor.is_called(party, spoor.signed_receiver(signature));
$$;

-- The events of which values name a person, or are of their repairs; tags as "17 21". A detail names them by their id, as one to whom
-- a late event claimed to hand over, or an offer went; a signature holds the detail's hash, and goes with it.
CREATE OR REPLACE FUNCTION spoor.erasable(of_party uuid)
RETURNS TABLE (seq bigint, event_id uuid, tags text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.seq, v.event_id, string_agg(o.tag::text, ' ' ORDER BY o.tag)
      FROM spoor.event v JOIN spoor.opening o ON o.seq = v.seq
     WHERE o.tag = 17 AND v.to_id = of_party
        OR o.tag = 20 AND v.actor_id IN (SELECT a.id FROM spoor.actor a WHERE a.party_id = of_party AND a.kind = 'account')
        OR o.tag IN (21, 22, 33) AND v.repair_id IN (SELECT r.id FROM spoor.repair r WHERE r.owner_id = of_party)
        OR o.tag IN (24, 33) AND v.detail::text ILIKE '%' || of_party || '%'
        OR o.tag = 33 AND (v.to_id = of_party AND v.said & 2 <> 0 OR spoor.is_signed(of_party, o.value))
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
    -- Also again, where an older version left something.
    PERFORM FROM spoor.party p WHERE p.id = of_party AND p.kind = 'person'
        AND (p.erased_at IS NULL OR EXISTS (SELECT FROM spoor.erasable(of_party)));
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
    -- The row of an event shows its detail without them; refuse_change() lets nothing else change.
    UPDATE spoor.event v SET detail = regexp_replace(v.detail::text, of_party::text, '(erased)', 'gi')::jsonb
     WHERE v.event_id IN (SELECT n.target FROM spoor.notice n WHERE n.type = 2 AND 24 = ANY (n.erased))
       AND v.detail::text ILIKE '%' || of_party || '%';
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
    -- What is kept for a lead: of the same events, of their devices' repairs, and what names them. Its number stays: it is no gap.
    UPDATE spoor.review w SET body = jsonb_strip_nulls(jsonb_build_object('scanner_seq', w.body -> 'scanner_seq'))
     WHERE w.event_id IN (SELECT n.target FROM spoor.notice n WHERE n.recorded_at = v_recorded)
        OR w.event_id IN (SELECT v.event_id FROM spoor.event v JOIN spoor.repair r ON r.id = v.repair_id WHERE r.owner_id = of_party)
        OR coalesce(w.body ->> 'device_id', (SELECT l.device_id::text FROM spoor.label l WHERE l.code = w.body ->> 'code'))
           IN (SELECT r.device_id::text FROM spoor.repair r WHERE r.owner_id = of_party)
        OR (w.body ->> 'alias') IN (SELECT i.value FROM spoor.repair r JOIN spoor.alias i ON i.device_id = r.device_id WHERE r.owner_id = of_party)
        OR w.body::text ILIKE '%' || of_party || '%' OR spoor.is_signed(of_party, w.body ->> 'signature');
    UPDATE spoor.label l SET party_id = NULL, revoked_at = coalesce(l.revoked_at, v_recorded) WHERE l.party_id = of_party;
    UPDATE spoor.party SET name = 'Erased', email = NULL, phone = NULL, named = false, erased_at = coalesce(erased_at, v_recorded)
     WHERE id = of_party;
    PERFORM spoor.note_action(by_actor, 'person_erased', of_party::text);
    RETURN NEXT;
END $$;
