-- $1 device: the number of the first record that does not follow from the one before it; no row: all do
SELECT c.device_seq FROM (
    SELECT v.device_seq, v.seq, v.recorded_at, v.from_id, row_number() OVER w - 1 AS place,
           lag(v.seq) OVER w AS seq_before, lag(v.recorded_at) OVER w AS recorded_before, lag(v.to_id) OVER w AS holder_before
      FROM spoor.event v WHERE v.device_id = $1::uuid WINDOW w AS (ORDER BY v.device_seq)) AS c
 WHERE c.device_seq <> c.place OR c.seq_before >= c.seq OR c.recorded_before > c.recorded_at
    OR (c.place > 0 AND c.from_id IS DISTINCT FROM c.holder_before)
 ORDER BY c.device_seq LIMIT 1;
