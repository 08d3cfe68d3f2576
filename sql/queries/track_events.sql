-- $1 hash of the link
SELECT * FROM spoor.track_events($1::bytea);
