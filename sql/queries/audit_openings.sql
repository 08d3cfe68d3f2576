-- $1 seqs: all openings of these records
SELECT o.seq, o.tag, o.value, encode(o.salt, 'hex') AS salt FROM spoor.opening o WHERE o.seq = ANY ($1::bigint[]) ORDER BY o.seq, o.tag;
