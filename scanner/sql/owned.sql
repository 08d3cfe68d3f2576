UPDATE state SET owner = ?1, owner_name = ?2;
