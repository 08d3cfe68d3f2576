-- all tokens
SELECT t.id, k.name, array_to_string(t.roles, ',') AS roles, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at,
       t.revoked_at IS NOT NULL AS revoked
  FROM spoor.api_token t JOIN spoor.actor k ON k.id = t.id ORDER BY t.created_at DESC LIMIT 500;
