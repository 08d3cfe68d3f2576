-- $1 from this seq on, $2 up to but without this one
SELECT l.seq, encode(l.entry, 'hex') AS entry FROM spoor.ledger_entry l WHERE l.seq >= $1::bigint AND l.seq < $2::bigint ORDER BY l.seq;
