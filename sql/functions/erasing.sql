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
        AND l.code = translate(upper(regexp_replace(regexp_replace(regexp_replace(named, '/*([?#].*)?$', ''), '^.*/', ''), '[-[:space:]]', '', 'g')), 'OIL', '011'));
$$;

-- A signature's hexadecimal digits without what a label may be written with: blanks, hyphens, small letters, O for 0, I and L for 1
-- (and 4 for 6, 5 for 7). What is equal without it may be equal, what is not is not: that spares taking each signature apart.
CREATE OR REPLACE FUNCTION spoor.coarse(digits text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(translate(digits, '67', '45'), '2d', ''), '20', ''), '4f', '30'), '49', '31'), '4c', '31');
$$;
CREATE OR REPLACE FUNCTION spoor.hexadecimal(words text)
RETURNS text LANGUAGE sql STABLE AS $$ SELECT encode(convert_to(words, 'UTF8'), 'hex') $$;

-- The party's id and labels as patterns for may_name(), without the last byte: with the byte behind it, it may look like a blank.
CREATE OR REPLACE FUNCTION spoor.named_as(party uuid)
RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT '%' || left(spoor.coarse(spoor.hexadecimal(x)), -2) || '%' FROM (SELECT party::text UNION ALL SELECT l.code FROM spoor.label l WHERE l.party_id = party) n (x));
$$;

-- Whether a signature may name who has this id, in hexadecimal digits, and these patterns; seldom so where it does not. Made part of the
-- query: no call for each row.
CREATE OR REPLACE FUNCTION spoor.may_name(id text, patterns text[], signature text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT position(id IN signature) > 0 OR signature LIKE '%090000%' AND spoor.coarse(signature) LIKE ANY (patterns);
$$;

-- Whether a signature says the id of this party, wherever, or one of its labels as the receiver.
CREATE OR REPLACE FUNCTION spoor.is_signed(party uuid, signature text)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT position(spoor.hexadecimal(party::text) IN signature) > 0
        OR signature LIKE '%090000%' AND spoor.coarse(signature) LIKE ANY (spoor.named_as(party)) AND spoor.is_called(party, spoor.signed_receiver(signature));
$$;

CREATE OR REPLACE FUNCTION spoor.without(party uuid, detail jsonb)
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT regexp_replace(detail::text, party::text, '(erased)', 'gi')::jsonb $$;

-- Of these events, by their seq, those of which values name a person, or are of their repairs; tags as "17 21". A detail names them by
-- their id, as one to whom a late event claimed to hand over, or an offer went; a signature holds the detail's hash, and goes with it.
-- The detail of a correction says whether it undoes, which must stay proven: it stays, with an id that its sender wrote there.
-- `rest`: SHA-256 of what the row's detail will be; '' where it stays as it is. Without tags: its value went with somebody else before.
CREATE OR REPLACE FUNCTION spoor.erasable_among(of_party uuid, seqs bigint[])
RETURNS TABLE (seq bigint, event_id uuid, tags text, rest text) LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT v.seq, v.event_id, coalesce(string_agg(o.tag::text, ' ' ORDER BY o.tag), ''), d.rest
      FROM unnest(seqs) s JOIN spoor.event v ON v.seq = s
     CROSS JOIN LATERAL (SELECT CASE WHEN v.kind <> 'corrected' AND v.detail::text ILIKE '%' || of_party || '%'
                                     AND (EXISTS (SELECT FROM spoor.opening x WHERE x.seq = v.seq AND x.tag = 24) OR spoor.erased_by(v.event_id, 24) IS NOT NULL)
                                THEN encode(sha256(convert_to(spoor.without(of_party, v.detail)::text, 'UTF8')), 'hex') ELSE '' END AS rest OFFSET 0) d
      LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq OFFSET 0) o
        ON (CASE o.tag WHEN 17 THEN v.to_id = of_party
                       WHEN 20 THEN v.actor_id IN (SELECT a.id FROM spoor.actor a WHERE a.party_id = of_party AND a.kind = 'account')
                       WHEN 24 THEN d.rest <> ''
                       WHEN 33 THEN d.rest <> '' OR v.to_id = of_party AND v.said & 2 <> 0 OR spoor.is_signed(of_party, o.value) END
            OR o.tag IN (21, 22, 33) AND v.repair_id IN (SELECT r.id FROM spoor.repair r WHERE r.owner_id = of_party))
     GROUP BY v.seq, v.event_id, d.rest HAVING count(o.tag) > 0 OR d.rest <> '' ORDER BY v.seq;
$$;

-- The same of all events: what an index finds, and, for what has none, one pass over the events and one over the values.
CREATE OR REPLACE FUNCTION spoor.erasable(of_party uuid)
RETURNS TABLE (seq bigint, event_id uuid, tags text, rest text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on AS $$
    SELECT * FROM spoor.erasable_among(of_party, ARRAY(
        SELECT v.seq FROM spoor.event v WHERE v.actor_id IN (SELECT a.id FROM spoor.actor a WHERE a.party_id = of_party)
         UNION SELECT v.seq FROM spoor.event v WHERE v.repair_id IN (SELECT r.id FROM spoor.repair r WHERE r.owner_id = of_party)
         UNION SELECT v.seq FROM spoor.event v WHERE v.to_id = of_party OR v.detail::text ILIKE '%' || of_party || '%'
         UNION SELECT o.seq FROM spoor.opening o
                WHERE o.tag = 33 AND spoor.may_name((SELECT spoor.hexadecimal(of_party::text)), (SELECT spoor.named_as(of_party)), o.value)));
$$;

-- The seq of these events, and of all since.
CREATE OR REPLACE FUNCTION spoor.seqs_of(events uuid[], since bigint)
RETURNS bigint[] LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT ARRAY(SELECT v.seq FROM unnest(events) e JOIN spoor.event v ON v.event_id = e UNION SELECT v.seq FROM spoor.event v WHERE v.seq >= since);
$$;

-- What is kept for a lead, after this number: of these events, of the time of the person's repairs, and what names them or their label.
CREATE OR REPLACE FUNCTION spoor.reviews_of(of_party uuid, events uuid[], after bigint)
RETURNS SETOF bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on AS $$
    WITH visit AS (SELECT r.id, r.device_id::text AS device, r.opened_at AS came, coalesce(r.closed_at, 'infinity') AS went
                     FROM spoor.repair r WHERE r.owner_id = of_party)
    SELECT w.id
      FROM (SELECT x.*, coalesce(x.body ->> 'device_id', (SELECT l.device_id::text FROM spoor.label l WHERE l.code = x.body ->> 'code')) AS device,
                   CASE WHEN x.body ->> 'happened_at' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T' THEN (x.body ->> 'happened_at')::timestamptz END AS happened
              FROM spoor.review x WHERE x.id > after) w
     WHERE w.event_id = ANY (events)
        OR w.event_id IN (SELECT v.event_id FROM spoor.event v JOIN visit r ON r.id = v.repair_id)
        OR w.body ->> 'repair_id' IN (SELECT r.id::text FROM visit r)
        OR EXISTS (SELECT FROM visit r WHERE (w.received_at BETWEEN r.came AND r.went OR w.happened BETWEEN r.came AND r.went)
                   AND (r.device = w.device OR EXISTS (SELECT FROM spoor.alias i WHERE i.device_id::text = r.device AND i.value = w.body ->> 'alias')))
        OR w.body::text ILIKE '%' || of_party || '%' OR w.body::text LIKE ANY (SELECT '%' || l.code || '%' FROM spoor.label l WHERE l.party_id = of_party)
        OR spoor.is_signed(of_party, w.body ->> 'signature');
$$;

-- When an id of version 7 was made, in milliseconds since 1970.
CREATE OR REPLACE FUNCTION spoor.made_ms(id uuid)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint $$;

-- Destroys what the ledger holds about a person: names, notes of their repairs, how to reach them. Each event that loses a
-- value gets an erasure entry with the service's mark, which covers the id that it gave the entry; the proofs stay valid. Only what is sealed can be erased. `targets` and what
-- stands beside them are those of erasable() while `seen` was the ledger's next seq: under the ledger's lock, which all who record wait for, only
-- these and what came since are looked at.
CREATE OR REPLACE FUNCTION spoor.erase_person(of_party uuid, by_actor uuid, for_reason text, seen bigint, targets uuid[],
    target_tags text[], notice_ids uuid[], macs bytea[], rests text[], rest_macs bytea[])
RETURNS TABLE (events bigint, openings bigint) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on AS $$
DECLARE
    head       spoor.ledger_head%ROWTYPE;
    v_recorded timestamptz;
    v_sealed   bigint;
    v_actor    text;
    v_seqs     bigint[];
    v_events   uuid[];
    v_tags     text[];
    v_rests    text[];
    v_kept     bigint;        -- the newest of what is kept for a lead, before the lock
    v_reviews  bigint[];
BEGIN
    -- Also again, where an older version left something.
    PERFORM FROM spoor.party p WHERE p.id = of_party AND p.kind = 'person' AND (p.erased_at IS NULL OR cardinality(targets) > 0);
    IF NOT FOUND THEN
        RAISE 'There is no such person, or they were erased before' USING ERRCODE = 'SP404';
    ELSIF NOT EXISTS (SELECT FROM spoor.erasure_reason r WHERE r.code = for_reason) THEN
        RAISE 'The reason must be one of %', (SELECT string_agg(r.code, ', ' ORDER BY r.number) FROM spoor.erasure_reason r)
            USING ERRCODE = 'SP400', DETAIL = 'field=reason';
    ELSIF EXISTS (SELECT FROM spoor.repair r WHERE r.owner_id = of_party AND r.closed_at IS NULL AND r.returned_at IS NULL) THEN
        RAISE 'A device of this person is in repair; return it first' USING ERRCODE = 'SP409';
    END IF;
    -- Before the lock, what is looked for everywhere.
    v_kept := coalesce((SELECT max(w.id) FROM spoor.review w), 0);
    v_reviews := ARRAY(SELECT spoor.reviews_of(of_party, targets, 0));
    SELECT * INTO head FROM spoor.ledger_head FOR UPDATE;
    SELECT coalesce(max(c.size), 0) INTO v_sealed FROM spoor.checkpoint c;
    v_recorded := greatest(date_trunc('milliseconds', clock_timestamp()), head.recorded_at);
    SELECT a.id || ' ' || a.name INTO v_actor FROM spoor.actor a WHERE a.id = by_actor;
    SELECT coalesce(array_agg(e.seq ORDER BY e.seq), '{}'), coalesce(array_agg(e.event_id ORDER BY e.seq), '{}'),
           coalesce(array_agg(e.tags ORDER BY e.seq), '{}'), coalesce(array_agg(e.rest ORDER BY e.seq), '{}') INTO v_seqs, v_events, v_tags, v_rests
      FROM spoor.erasable_among(of_party, spoor.seqs_of(targets, seen)) e;
    IF v_seqs[cardinality(v_seqs)] >= v_sealed THEN
        RAISE 'The latest records of this person are not sealed yet; try again in a moment' USING ERRCODE = 'SP409';
    ELSIF v_events <> targets OR v_tags <> target_tags OR v_rests <> rests
        OR cardinality(macs) <> cardinality(targets) OR cardinality(notice_ids) <> cardinality(targets) OR cardinality(rest_macs) <> cardinality(targets) THEN
        RAISE 'Something was recorded of this person meanwhile; try again' USING ERRCODE = 'SP409';
    ELSIF EXISTS (SELECT FROM unnest(notice_ids) i WHERE abs(extract(epoch FROM v_recorded) - spoor.made_ms(i) / 1000.0) > 300) THEN
        RAISE 'The clock of this program and the time of the newest record differ by more than 5 minutes; put the clocks right, or try again when that time has passed'
            USING ERRCODE = 'SP409';
    END IF;
    INSERT INTO spoor.notice (seq, type, notice_id, recorded_at, actor_id, target, erased, reason, mac)
    SELECT head.next_seq + row_number() OVER (ORDER BY d.n) - 1, 2, d.id, v_recorded, by_actor, d.event_id, string_to_array(d.tags, ' ')::smallint[], for_reason, d.mac
      FROM unnest(v_events, v_tags, notice_ids, macs) WITH ORDINALITY d (event_id, tags, id, mac, n) WHERE d.tags <> '';
    GET DIAGNOSTICS events = ROW_COUNT;
    INSERT INTO spoor.opening (seq, tag, value, salt)
    SELECT head.next_seq + n - 1, 20, v_actor, spoor.new_salt() FROM generate_series(1, events) n;
    DELETE FROM spoor.opening o USING unnest(v_seqs, v_tags) d (seq, tags)
     WHERE o.seq = d.seq AND o.tag = ANY (string_to_array(d.tags, ' ')::smallint[]);
    GET DIAGNOSTICS openings = ROW_COUNT;
    UPDATE spoor.ledger_head SET next_seq = head.next_seq + events, recorded_at = v_recorded;
    -- The row of an event shows its detail without them; refuse_change() lets nothing else change.
    UPDATE spoor.event v SET detail = spoor.without(of_party, v.detail) FROM unnest(v_seqs, v_rests) d (seq, rest) WHERE v.seq = d.seq AND d.rest <> '';
    INSERT INTO spoor.detail_left (seq, mac) SELECT d.seq, d.mac FROM unnest(v_seqs, v_rests, rest_macs) d (seq, rest, mac) WHERE d.rest <> ''
        ON CONFLICT ON CONSTRAINT detail_left_pkey DO UPDATE SET mac = excluded.mac;
    DELETE FROM spoor.session s USING spoor.account c JOIN spoor.actor a ON a.id = c.id
     WHERE s.account_id = c.id AND a.party_id = of_party;
    UPDATE spoor.admin_action t SET target = '(erased)'
     WHERE t.target IN (SELECT c.login FROM spoor.account c JOIN spoor.actor a ON a.id = c.id WHERE a.party_id = of_party
                        UNION SELECT p.name FROM spoor.party p WHERE p.id = of_party
                        UNION SELECT p.email FROM spoor.party p WHERE p.id = of_party);
    PERFORM spoor.revoke_scanners_of(of_party, by_actor);
    UPDATE spoor.account c SET login = 'erased-' || left(c.id::text, 8), disabled_at = coalesce(c.disabled_at, now())
      FROM spoor.actor a WHERE a.id = c.id AND a.party_id = of_party;
    UPDATE spoor.actor SET name = 'Erased' WHERE party_id = of_party AND kind = 'account';
    UPDATE spoor.repair SET problem = '(erased)', condition = '', accessories = '', link_hash = NULL
     WHERE owner_id = of_party;
    -- What is kept for a lead keeps its number: it is no gap.
    UPDATE spoor.review w SET body = jsonb_strip_nulls(jsonb_build_object('scanner_seq', w.body -> 'scanner_seq'))
     WHERE w.id = ANY (v_reviews || ARRAY(SELECT spoor.reviews_of(of_party, v_events, v_kept)));
    UPDATE spoor.label l SET party_id = NULL, revoked_at = coalesce(l.revoked_at, v_recorded) WHERE l.party_id = of_party;
    UPDATE spoor.party SET name = 'Erased', email = NULL, phone = NULL, named = false, erased_at = coalesce(erased_at, v_recorded)
     WHERE id = of_party;
    PERFORM spoor.note_action(by_actor, 'person_erased', of_party::text);
    RETURN NEXT;
END $$;
