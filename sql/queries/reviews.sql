-- conflicts that nobody settled yet, the latest first; how many were recorded that did not fit among them
SELECT r.id, r.why, (extract(epoch FROM r.received_at) * 1000)::bigint AS received_at, k.name AS actor, r.body ->> 'kind' AS kind,
       (SELECT sum(c.left_out)::bigint FROM spoor.review_count c) AS left_out
  FROM spoor.review r JOIN spoor.actor k ON k.id = r.actor_id WHERE r.settled_at IS NULL ORDER BY r.id DESC LIMIT 100;
