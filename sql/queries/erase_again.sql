-- $1 epoch; of erasures in the log, up to 512: $2 their seqs, $3 ids, $4 when they were recorded in ms since 1970, $5 targets, $6 tags such as "17 21", $7 numbers of reasons
SELECT e.party_id, e.reason, e.actor_id FROM spoor.erase_again($1::bigint, $2::bigint[], $3::uuid[], $4::bigint[], $5::uuid[], $6::text[], $7::smallint[]) e;
