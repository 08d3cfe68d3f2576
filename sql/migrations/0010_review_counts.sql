-- What waits for a lead is counted for each sender as it comes and goes (functions/reviews.sql), not each time that one more comes.
LOCK TABLE spoor.review IN SHARE ROW EXCLUSIVE MODE;
CREATE TABLE spoor.review_count (
    actor_id uuid PRIMARY KEY REFERENCES spoor.actor,
    waiting  bigint NOT NULL DEFAULT 0 CHECK (waiting >= 0),   -- rows of spoor.review that nobody settled yet
    left_out bigint NOT NULL DEFAULT 0                         -- recorded with their flag while no more fitted; 0 again once all were settled
) WITH (fillfactor = 50);
INSERT INTO spoor.review_count (actor_id, waiting)
SELECT r.actor_id, count(*) FILTER (WHERE r.settled_at IS NULL) FROM spoor.review r GROUP BY r.actor_id;
DROP INDEX spoor.review_open;
