-- $1 at most this size: the newest checkpoint up to there
SELECT c.size, c.note FROM spoor.checkpoint c WHERE c.size <= $1::bigint ORDER BY c.size DESC LIMIT 1;
