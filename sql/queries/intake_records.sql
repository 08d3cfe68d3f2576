-- $1 event_id of an intake: its record, and those that it made right before it (three at most), as their sender hears of them
SELECT b.seq, b.event_id, b.device_id, b.device_seq, b.flags, b.step
  FROM spoor.event v JOIN spoor.event b ON b.seq BETWEEN v.seq - 3 AND v.seq AND (b.seq = v.seq OR b.said & 64 <> 0 AND b.named = v.event_id::text)
 WHERE v.event_id = $1::uuid;
