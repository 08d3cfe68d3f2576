-- What is special about scanners: they count their scans, and they can be revoked while scans of theirs are on the way.

-- Whether a revoked scanner made this before: by its own time with the difference of its clock, and only while its numbers up
-- to this one say so too.
CREATE OR REPLACE FUNCTION spoor.made_before_revocation(of_scanner uuid, number bigint, revoked_at timestamptz, made_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT made_at < revoked_at
       AND NOT EXISTS (SELECT FROM spoor.review r WHERE r.actor_id = of_scanner AND (r.body ->> 'scanner_seq')::bigint < number
                          AND r.why LIKE 'this scanner was revoked%')
       AND coalesce((SELECT v.happened_at + CASE WHEN jsonb_typeof(v.detail -> 'clock_skew_ms') = 'number'   -- a sender may write any there
                                THEN least(greatest((v.detail -> 'clock_skew_ms')::numeric, -1e12), 1e12)::float8 ELSE 0 END
                                * interval '1 millisecond' < revoked_at
                         FROM spoor.event v WHERE v.scanner_id = of_scanner
                        AND v.scanner_seq < number ORDER BY v.scanner_seq DESC LIMIT 1), true);
$$;

-- Keeps which numbers of a scanner were refused, and why: the 10,000 highest of each.
CREATE OR REPLACE FUNCTION spoor.note_refused(of_scanner uuid, refused jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    noted bigint;
BEGIN
    INSERT INTO spoor.refused_number (scanner_id, scanner_seq, why, at)
    SELECT DISTINCT ON (x.number) of_scanner, x.number, left(x.why, 300), clock_timestamp()
      FROM jsonb_to_recordset(refused) AS x (number bigint, why text)
        ON CONFLICT ON CONSTRAINT refused_number_pkey DO UPDATE SET why = excluded.why, at = excluded.at;
    GET DIAGNOSTICS noted = ROW_COUNT;
    DELETE FROM spoor.refused_number n WHERE n.scanner_id = of_scanner
       AND n.scanner_seq <= (SELECT o.scanner_seq FROM spoor.refused_number o WHERE o.scanner_id = of_scanner
                              ORDER BY o.scanner_seq DESC OFFSET 10000 LIMIT 1);
    RETURN noted;
END $$;

-- Numbers of scanners that never came, the latest first: of the last 100,000 numbers of each. What was refused or is kept for a
-- lead did come.
CREATE OR REPLACE FUNCTION spoor.scanner_gaps()
RETURNS TABLE (name text, first bigint, last bigint, revoked boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.name, g.first, g.last, s.revoked_at IS NOT NULL AS revoked
      FROM spoor.scanner s JOIN spoor.actor k ON k.id = s.id
      CROSS JOIN LATERAL (SELECT max(v.scanner_seq) AS highest FROM spoor.event v WHERE v.scanner_id = s.id) h
      CROSS JOIN LATERAL (
          SELECT n.seq AS last_seen, lead(n.seq) OVER (ORDER BY n.seq) AS next_seen
            FROM (SELECT greatest(s.first_seq, h.highest - 100000) - 1 AS seq
                  UNION SELECT v.scanner_seq FROM spoor.event v
                         WHERE v.scanner_id = s.id AND v.scanner_seq >= greatest(s.first_seq, h.highest - 100000)
                  UNION SELECT (r.body ->> 'scanner_seq')::bigint FROM spoor.review r
                         WHERE r.actor_id = s.id AND r.body ? 'scanner_seq'
                  UNION SELECT f.scanner_seq FROM spoor.refused_number f WHERE f.scanner_id = s.id AND f.scanner_seq <= h.highest) n) w
      CROSS JOIN LATERAL (SELECT w.last_seen + 1 AS first, w.next_seen - 1 AS last) g
     WHERE h.highest IS NOT NULL AND w.next_seen > w.last_seen + 1
     ORDER BY g.last DESC LIMIT 100;
$$;
