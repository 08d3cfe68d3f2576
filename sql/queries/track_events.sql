-- $1 hash of the link; how it ended is said by the page as a whole
SELECT *, '' AS outcome FROM spoor.track_events($1::bytea);
