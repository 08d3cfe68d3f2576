-- With a disabled account goes every scanner that acts for it: also of those that were disabled before that was so.
UPDATE spoor.scanner s SET revoked_at = now(), enroll_hash = NULL
  FROM spoor.actor a
 WHERE a.id = s.id AND s.revoked_at IS NULL
   AND EXISTS (SELECT FROM spoor.account c JOIN spoor.actor k ON k.id = c.id WHERE k.party_id = a.party_id)
   AND NOT EXISTS (SELECT FROM spoor.account c JOIN spoor.actor k ON k.id = c.id WHERE k.party_id = a.party_id AND c.disabled_at IS NULL);
