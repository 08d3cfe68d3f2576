-- $1 login
SELECT account_id, password_hash, disabled, changed FROM spoor.sign_in_lookup($1);
