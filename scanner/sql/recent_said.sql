UPDATE recent SET outcome = ?2, said = ?3 WHERE event_id = ?1;
