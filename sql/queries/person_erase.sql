-- $1 party, $2 actor, $3 reason
SELECT events, openings FROM spoor.erase_person($1::uuid, $2::uuid, $3);
