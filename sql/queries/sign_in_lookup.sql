-- $1 login
SELECT account_id, password_hash, disabled FROM spoor.sign_in_lookup($1);
