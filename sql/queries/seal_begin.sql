SELECT spoor.begin_sealing() AS epoch;
