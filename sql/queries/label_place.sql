-- $1 place, $2 a new code, $3 actor: the code of its label, an older one where it has one
SELECT spoor.label_place($1::uuid, $2, $3::uuid) AS code;
