-- how sealing stands: what is recorded, what is sealed of it, how old the oldest record is that is not, what the sealer says
SELECT h.next_seq AS recorded, c.sealed, s.state, s.message, (extract(epoch FROM s.at) * 1000)::bigint AS at,
       CASE WHEN c.sealed >= h.next_seq THEN 0
            ELSE greatest(0, extract(epoch FROM clock_timestamp() - coalesce(
                (SELECT v.recorded_at FROM spoor.event v WHERE v.seq = c.sealed),
                (SELECT n.recorded_at FROM spoor.notice n WHERE n.seq = c.sealed), h.recorded_at)) * 1000)::bigint END AS lag_ms
  FROM spoor.ledger_head h, spoor.sealing s, LATERAL (SELECT coalesce(max(k.size), 0) AS sealed FROM spoor.checkpoint k) c;
