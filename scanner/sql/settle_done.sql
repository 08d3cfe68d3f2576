-- only what stands among the settled leaves
DELETE FROM scan WHERE event_id = ?1 AND event_id IN (SELECT s.event_id FROM settled s);
