UPDATE recent SET undone = 1 WHERE event_id = ?1;
