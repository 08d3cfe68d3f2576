-- An erasure that a restored database did not know of is put back from the log; who asked for it is proven there and told nowhere.
ALTER TABLE spoor.notice DROP CONSTRAINT notice_check,
    ADD CONSTRAINT notice_erases CHECK ((type = 2) = (target IS NOT NULL AND erased IS NOT NULL)),
    ADD CONSTRAINT notice_by_someone CHECK (type <> 2 OR actor_id IS NOT NULL OR mac IS NULL);
COMMENT ON COLUMN spoor.notice.actor_id IS 'of an erasure: who asked for it; NULL: put back after a restore, who it was is lost';
