-- $1 device, $2 only below this device_seq, $3 how many; the latest first; with the entry that was sealed, if any
SELECT v.*, encode(l.entry, 'hex') AS entry
  FROM spoor.sealable v LEFT JOIN spoor.ledger_entry l ON l.seq = v.seq
 WHERE v.device_id = $1::uuid AND v.device_seq < $2::int ORDER BY v.device_seq DESC LIMIT $3::int;
