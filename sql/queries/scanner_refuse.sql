-- $1 scanner, $2 [{"number": 7, "why": "…"}, …]: numbers that came and were refused
SELECT spoor.note_refused($1::uuid, $2::jsonb) AS numbers;
