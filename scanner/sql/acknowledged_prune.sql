DELETE FROM acknowledged WHERE acknowledged_ms < ?1;
