-- $1 what an owner's name begins with, or what stands in the model or owner of a device in repair; at most 20 devices
SELECT n.device_id FROM (
    (SELECT d.id AS device_id FROM spoor.party p JOIN spoor.device d ON d.owner_id = p.id
      WHERE lower(p.name) ~>=~ lower($1) AND lower(p.name) ~<~ (lower($1) || chr(1114111)) LIMIT 20)
    UNION
    (SELECT r.device_id FROM spoor.repair r JOIN spoor.device d ON d.id = r.device_id JOIN spoor.party o ON o.id = r.owner_id
      WHERE r.closed_at IS NULL AND position(lower($1) in lower(d.make || ' ' || d.model || ' ' || o.name)) > 0
      ORDER BY r.opened_at DESC LIMIT 20)) n
 LIMIT 20;
