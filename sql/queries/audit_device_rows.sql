-- $1 device, $2 only below this device_seq, $3 how many; the latest first
SELECT * FROM spoor.auditable a WHERE a.device_id = $1::uuid AND a.device_seq < $2::int ORDER BY a.device_seq DESC LIMIT $3::int;
