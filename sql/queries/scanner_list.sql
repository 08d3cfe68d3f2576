-- all scanners
SELECT s.id, k.name, p.name AS holder, s.enrolled_at IS NOT NULL AS enrolled, s.revoked_at IS NOT NULL AS revoked
  FROM spoor.scanner s JOIN spoor.actor k ON k.id = s.id JOIN spoor.party p ON p.id = k.party_id
 ORDER BY s.created_at DESC LIMIT 500;
