-- the latest times at which the log had to say that something went wrong
SELECT n.seq, n.incident, n.from_size, n.to_size, floor(extract(epoch FROM n.recorded_at) * 1000)::bigint AS recorded_ms
  FROM spoor.notice n WHERE n.type = 7 ORDER BY n.seq DESC LIMIT 3;
