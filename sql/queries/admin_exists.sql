-- whether anybody can administrate
SELECT count(*) AS admins FROM spoor.account WHERE 'admin' = ANY (roles) AND disabled_at IS NULL;
