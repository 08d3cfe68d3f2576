-- $1 above this size, $2 up to this one: signed heads in their order
SELECT c.size, c.note FROM spoor.checkpoint c WHERE c.size > $1::bigint AND c.size <= $2::bigint ORDER BY c.size LIMIT 1000;
