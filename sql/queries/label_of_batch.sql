-- $1 batch
SELECT code FROM spoor.label WHERE batch = $1 ORDER BY position LIMIT 5000;
