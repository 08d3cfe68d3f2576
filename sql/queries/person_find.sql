-- $1 name or e-mail address of a person who is not erased, or the id of anybody: of who was, an older version may have left something
SELECT p.id, p.name, coalesce(p.email, '') AS email FROM spoor.party p
 WHERE p.kind = 'person' AND (p.erased_at IS NULL AND (lower(p.name) = lower($1) OR lower(p.email) = lower($1)) OR p.id::text = $1)
 ORDER BY p.created_at;
