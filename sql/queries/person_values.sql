-- $1 party, $2 event_ids: the values behind their fields and what was sealed of them, by seq and tag; `theirs`: such as an erasure of the party may
-- take; `rest`: SHA-256 of what is left of a detail without them. It calls no function of the schema, which whoever rules the database may have replaced.
WITH accounts AS (SELECT a.id::text FROM spoor.actor a WHERE a.party_id = $1::uuid), labels AS (SELECT l.code FROM spoor.label l WHERE l.party_id = $1::uuid)
SELECT v.event_id, o.seq, o.tag, o.value, encode(o.salt, 'hex') AS salt, encode(l.entry, 'hex') AS entry,
       CASE o.tag WHEN 17 THEN left(o.value, 36) = $1::uuid::text
                  WHEN 20 THEN left(o.value, 36) IN (SELECT id FROM accounts)
                  WHEN 21 THEN r.owner_id = $1::uuid
                  WHEN 22 THEN r.owner_id = $1::uuid
                  WHEN 24 THEN strpos(lower(o.value), $1::uuid::text) > 0
                  WHEN 33 THEN r.owner_id = $1::uuid OR v.to_id = $1::uuid OR strpos(lower(v.detail::text), $1::uuid::text) > 0
                            OR strpos(o.value, encode(convert_to($1::uuid::text, 'UTF8'), 'hex')) > 0 
                            OR strpos(lower(s.said), $1::uuid::text) > 0
                            OR EXISTS (SELECT FROM labels b WHERE strpos(translate(upper(translate(s.said, '- ', '')), 'OIL', '011'), b.code) > 0)
       END AS theirs,
       CASE WHEN o.tag = 24 AND o.value = v.detail::text
            THEN encode(sha256(convert_to(regexp_replace(o.value, $1::uuid::text, '(erased)', 'gi')::jsonb::text, 'UTF8')), 'hex') ELSE '' END AS rest
  FROM unnest($2::uuid[]) asked JOIN spoor.event v ON v.event_id = asked
  LEFT JOIN spoor.ledger_entry l ON l.seq = v.seq
  LEFT JOIN spoor.repair r ON r.id = v.repair_id
  JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq OFFSET 0) o ON true
  -- What was signed: ids and codes are read in any case, codes also with hyphens, blanks, and O, I, L for digits.
 CROSS JOIN LATERAL (SELECT CASE WHEN o.tag = 33 AND split_part(o.value, ' ', 4) ~ '^([0-9a-f]{2})+$'
        THEN encode(decode(split_part(o.value, ' ', 4), 'hex'), 'escape') END AS said) s
 ORDER BY o.seq, o.tag;
