UPDATE state SET next_seq = max(next_seq, ?1 + 1);
