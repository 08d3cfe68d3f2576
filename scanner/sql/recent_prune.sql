DELETE FROM recent WHERE scanned_ms < ?1;
