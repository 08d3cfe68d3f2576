-- $1 size of the checkpoint: erasures that came while the bundle was written
SELECT count(*) AS erasures FROM spoor.notice n WHERE n.type = 2 AND n.seq >= $1::bigint;
