UPDATE scan SET attention = ?2 WHERE event_id = ?1;
