-- $1 from this seq on, $2 up to but without this one; the latest first
SELECT * FROM spoor.auditable a WHERE a.seq >= $1::bigint AND a.seq < $2::bigint ORDER BY a.seq DESC;
