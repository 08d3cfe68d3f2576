-- numbers of scanners that came and were refused, and were not recorded since; the latest first
SELECT k.name, n.scanner_seq AS number, n.why, (extract(epoch FROM n.at) * 1000)::bigint AS at
  FROM (SELECT * FROM spoor.refused_number r WHERE NOT EXISTS (SELECT FROM spoor.event v
               WHERE v.scanner_id = r.scanner_id AND v.scanner_seq = r.scanner_seq) ORDER BY r.at DESC LIMIT 100) n
  JOIN spoor.actor k ON k.id = n.scanner_id ORDER BY n.at DESC, n.scanner_seq DESC;
