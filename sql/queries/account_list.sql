-- all accounts
SELECT a.login, k.name, array_to_string(a.roles, ', ') AS roles, a.disabled_at IS NOT NULL AS disabled
  FROM spoor.account a JOIN spoor.actor k ON k.id = a.id ORDER BY a.login LIMIT 500;
