-- $1 hash of the cookie (bytea as text)
SELECT id, created_at, seen_at, agent, here FROM spoor.own_sessions($1::bytea);
