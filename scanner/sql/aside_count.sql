SELECT count(*) FROM scan WHERE scanner_seq < 0;
