-- $1 code
SELECT l.code, l.batch, l.device_id, l.party_id, coalesce(p.kind, '') AS party_kind, coalesce(p.name, '') AS party_name,
       l.revoked_at IS NOT NULL AS revoked,
       l.linked_at IS NOT NULL AND l.device_id IS NULL AND l.party_id IS NULL AS nobodys
  FROM spoor.label l LEFT JOIN spoor.party p ON p.id = l.party_id WHERE l.code = $1;
