-- the steps, in order
SELECT s.name, s.phase, s.position, s.label_en, s.label_nl FROM spoor.step s ORDER BY s.position LIMIT 200;
