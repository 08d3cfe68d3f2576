-- the newest batches
SELECT b.name, b.count, (extract(epoch FROM b.minted_at) * 1000)::bigint AS minted_at,
       (SELECT count(*) FROM spoor.label l WHERE l.batch = b.name AND l.linked_at IS NOT NULL) AS linked
  FROM spoor.label_batch b ORDER BY b.minted_at DESC LIMIT 200;
