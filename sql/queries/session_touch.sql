-- $1 hash of the cookie (bytea as text)
SELECT actor_id, party_id, name, login, roles, language, place_id FROM spoor.touch_session($1::bytea);
