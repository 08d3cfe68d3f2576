-- no scanner counts further than that
UPDATE state SET next_seq = max(next_seq, ?1 + 1) WHERE ?1 < 4611686018427387904;
