-- $1 hash of the token (bytea as text)
SELECT actor_id, party_id, name, login, roles, place_id, sign_key, server FROM spoor.bearer_lookup($1::bytea);
