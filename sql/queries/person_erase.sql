-- $1 party, $2 actor, $3 reason; as person_erasable.sql gave it: $4 the ledger's next seq, $5 events, $6 tags, $8 rests; $7, $9 the service's marks
SELECT events, openings FROM spoor.erase_person($1::uuid, $2::uuid, $3, $4::bigint, $5::uuid[], $6::text[], $7::bytea[], $8::text[], $9::bytea[]);
