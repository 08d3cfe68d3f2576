-- $1 party, $2 actor, $3 reason, $4 events as person_erasable.sql gave them, $5 their tags, $6 the service's marks
SELECT events, openings FROM spoor.erase_person($1::uuid, $2::uuid, $3, $4::uuid[], $5::text[], $6::bytea[]);
