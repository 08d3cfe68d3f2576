-- $1 number
SELECT r.number, r.id, r.device_id FROM spoor.repair r WHERE r.number = upper($1);
