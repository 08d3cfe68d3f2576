-- numbers from ?1 on, in the order in which they were found
WITH aside AS MATERIALIZED (
    SELECT scanner_seq AS was, row_number() OVER (ORDER BY scanner_seq DESC) AS n FROM scan WHERE scanner_seq < 0)
UPDATE scan SET scanner_seq = ?1 - 1 + aside.n FROM aside WHERE scan.scanner_seq = aside.was;
UPDATE state SET next_seq = max(next_seq, (SELECT coalesce(max(scanner_seq), 0) + 1 FROM scan));
