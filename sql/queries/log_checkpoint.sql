-- the newest checkpoint
SELECT c.size, c.note FROM spoor.checkpoint c ORDER BY c.size DESC LIMIT 1;
