-- $1 party, $2 actor, $3 reason; as person_erasable.sql gave it: $4 the ledger's next seq, $5 events, $6 tags, $9 rests; the service's $7 ids for the entries, $8, $10 marks
SELECT events, openings FROM spoor.erase_person($1::uuid, $2::uuid, $3, $4::bigint, $5::uuid[], $6::text[], $7::uuid[], $8::bytea[], $9::text[], $10::bytea[]);
