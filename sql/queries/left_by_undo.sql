-- $1 device: what an undo left for somebody to look after, if anything
SELECT * FROM spoor.left_by_undo($1::uuid);
