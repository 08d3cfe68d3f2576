-- $1 party, $2 actor, $3 reason, $4 the ledger's next seq, $5 events and $6 their tags as person_erasable.sql gave them, $7 the service's marks
SELECT events, openings FROM spoor.erase_person($1::uuid, $2::uuid, $3, $4::bigint, $5::uuid[], $6::text[], $7::bytea[]);
