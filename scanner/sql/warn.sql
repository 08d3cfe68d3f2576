UPDATE state SET warning = ?1;
