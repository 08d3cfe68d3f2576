SELECT skew_ms, owner, owner_name, warning, revoked FROM state;
