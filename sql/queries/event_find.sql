-- $1 event_id
SELECT v.seq, v.device_id, v.kind FROM spoor.event v WHERE v.event_id = $1::uuid;
