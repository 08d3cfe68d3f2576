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

-- Numbers of scanners that never came, the latest first: of the last 100,000 numbers of each.
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
                         WHERE r.actor_id = s.id AND r.body ? 'scanner_seq') n) w
      CROSS JOIN LATERAL (SELECT w.last_seen + 1 AS first, w.next_seen - 1 AS last) g
     WHERE h.highest IS NOT NULL AND w.next_seen > w.last_seen + 1
     ORDER BY g.last DESC LIMIT 100;
$$;
