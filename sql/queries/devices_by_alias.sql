-- $1 serial number or asset tag, exactly
SELECT DISTINCT a.device_id FROM spoor.alias a WHERE a.value = $1 LIMIT 20;
