-- the reasons, in order
SELECT r.code, r.side, r.label_en, r.label_nl FROM spoor.reason r ORDER BY r.position LIMIT 200;
