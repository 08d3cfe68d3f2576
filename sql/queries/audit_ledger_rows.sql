-- $1 from this seq on, $2 up to but without this one; the latest first. Each row is looked up by itself: a plan for a range, made
-- before there are statistics, read a long ledger from one end to the other
SELECT a.* FROM (SELECT v.seq FROM spoor.event v WHERE v.seq >= $1::bigint AND v.seq < $2::bigint ORDER BY v.seq DESC OFFSET 0) asked
 CROSS JOIN LATERAL (SELECT * FROM spoor.auditable r WHERE r.seq = asked.seq OFFSET 0) a
 ORDER BY a.seq DESC;
