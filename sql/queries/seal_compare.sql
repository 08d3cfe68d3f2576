-- $1 from this seq on, $2 up to but without this one: how many entries the database has there, and a digest of them
SELECT count(*) AS entries, encode(sha256(coalesce(string_agg(int4send(length(l.entry)) || l.entry, '' ORDER BY l.seq), '')), 'hex') AS digest
  FROM spoor.ledger_entry l WHERE l.seq >= $1::bigint AND l.seq < $2::bigint;
