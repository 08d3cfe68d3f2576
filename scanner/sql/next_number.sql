SELECT max(next_seq, (SELECT coalesce(max(scanner_seq), 0) + 1 FROM scan)) FROM state;
