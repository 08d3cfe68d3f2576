-- $1 hash of a tracking link's secret
SELECT t.device_id FROM spoor.tracked_device($1::bytea) AS t (device_id) WHERE t.device_id IS NOT NULL;
