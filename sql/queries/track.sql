-- $1 hash of the link
SELECT * FROM spoor.track($1::bytea);
