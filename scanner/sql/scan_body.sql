UPDATE scan SET body = ?2 WHERE event_id = ?1;
