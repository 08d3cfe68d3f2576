-- how far the ledger goes, what is sealed of it, and what the sealer says
SELECT h.next_seq, coalesce((SELECT max(c.size) FROM spoor.checkpoint c), 0) AS sealed_size, s.epoch, s.state, s.message,
       (extract(epoch FROM s.at) * 1000)::bigint AS at,
       coalesce((SELECT max(l.seq) + 1 FROM spoor.ledger_entry l), 0) AS stored_size
  FROM spoor.ledger_head h, spoor.sealing s;
