-- $1 device: its latest repair, if it may be opened again, as record_events() judges
SELECT l.number
  FROM (SELECT r.number, r.closed_at, r.returned_at FROM spoor.repair r WHERE r.device_id = $1::uuid ORDER BY r.opened_at DESC LIMIT 1) l
 WHERE l.closed_at >= now() - interval '30 days' OR l.closed_at IS NULL AND l.returned_at IS NOT NULL;
