-- how far the ledger goes, what is sealed of it, and what the sealer says; beyond, below: records under numbers that were
-- never given
SELECT h.next_seq, coalesce((SELECT max(c.size) FROM spoor.checkpoint c), 0) AS sealed_size, s.epoch, s.state, s.message,
       (extract(epoch FROM s.at) * 1000)::bigint AS at,
       coalesce((SELECT max(l.seq) + 1 FROM spoor.ledger_entry l), 0) AS stored_size,
       (SELECT max(v.seq) FROM spoor.event v WHERE v.seq >= h.next_seq) AS beyond, (SELECT min(v.seq) FROM spoor.event v WHERE v.seq < 1) AS below
  FROM spoor.ledger_head h, spoor.sealing s;
