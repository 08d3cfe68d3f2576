-- the newest checkpoint
SELECT c.size, c.note, floor(extract(epoch FROM c.signed_at) * 1000)::bigint AS signed_ms FROM spoor.checkpoint c ORDER BY c.size DESC LIMIT 1;
