UPDATE state SET revoked = ?1;
