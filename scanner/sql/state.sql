SELECT skew_ms, owner, owner_name, warning FROM state;
