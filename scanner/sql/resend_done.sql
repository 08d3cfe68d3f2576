-- only what stands among those that wait leaves
DELETE FROM acknowledged WHERE event_id IN (SELECT s.event_id FROM scan s);
