-- $1 party: the devices that were offered to it and that it did not answer for yet, at most 50
SELECT btrim(d.make || ' ' || d.model) AS device, h.name AS custodian, d.id AS device_id,
       coalesce((SELECT l.code FROM spoor.label l WHERE l.device_id = d.id AND l.revoked_at IS NULL ORDER BY l.linked_at DESC LIMIT 1), '') AS code
  FROM spoor.custody c JOIN spoor.device d ON d.id = c.device_id JOIN spoor.party h ON h.id = c.custodian_id
 WHERE c.offered_to = $1::uuid ORDER BY c.seq LIMIT 50;
