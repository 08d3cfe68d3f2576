-- $1 JSON object
SELECT outcome, repair_id, number, device_id FROM spoor.take_in($1::jsonb);
