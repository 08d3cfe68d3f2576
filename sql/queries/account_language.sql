-- $1 account, $2 language (en, nl)
SELECT spoor.set_language($1::uuid, $2) AS language;
