-- all places, with their label and how many devices in repair stand there
SELECT p.id, p.name, coalesce((SELECT l.code FROM spoor.label l WHERE l.party_id = p.id AND l.revoked_at IS NULL LIMIT 1), '') AS code,
       (SELECT count(*) FROM spoor.custody c WHERE c.place_id = p.id AND c.repair_id IS NOT NULL) AS devices
  FROM spoor.party p WHERE p.kind = 'place' ORDER BY p.name LIMIT 500;
