-- $1 label code
SELECT * FROM spoor.found($1);
