-- what has a card on the bench, in order: steps, reasons, places and people with a label; of several labels the first
SELECT c.kind, c.word, c.label_en, c.label_nl
  FROM (SELECT 1 AS part, s.position, 'STEP' AS kind, s.name AS word, s.label_en, s.label_nl FROM spoor.step s
        UNION ALL
        SELECT 2, r.position, 'REASON', r.code, r.label_en, r.label_nl FROM spoor.reason r
        UNION ALL
        SELECT CASE p.kind WHEN 'place' THEN 3 ELSE 4 END, 0, CASE p.kind WHEN 'place' THEN 'PLACE' ELSE 'PERSON' END,
               min(l.code), p.name, ''
          FROM spoor.party p JOIN spoor.label l ON l.party_id = p.id AND l.revoked_at IS NULL
         WHERE p.erased_at IS NULL
           AND (p.kind <> 'person' OR EXISTS (SELECT FROM spoor.actor k JOIN spoor.account a ON a.id = k.id
                                               WHERE k.party_id = p.id AND a.disabled_at IS NULL))
         GROUP BY p.id) c
 ORDER BY c.part, c.position, c.label_en, c.word LIMIT 5000;
