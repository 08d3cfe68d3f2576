-- who can be handed a device: people with an account, vendors and couriers
SELECT p.id, p.name FROM spoor.party p
 WHERE p.kind IN ('vendor', 'courier')
    OR EXISTS (SELECT FROM spoor.actor k JOIN spoor.account a ON a.id = k.id WHERE k.party_id = p.id AND a.disabled_at IS NULL)
 ORDER BY p.name LIMIT 200;
