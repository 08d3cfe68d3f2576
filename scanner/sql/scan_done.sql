DELETE FROM scan WHERE event_id = ?1;
