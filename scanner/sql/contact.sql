UPDATE state SET contact_ms = ?1, skew_ms = coalesce(?2, skew_ms);
