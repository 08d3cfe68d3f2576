-- What waits for a lead, counted for each sender with every row that comes, is settled or goes.
CREATE OR REPLACE FUNCTION spoor.count_review() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.settled_at IS NULL THEN
        UPDATE spoor.review_count SET waiting = waiting - 1, left_out = CASE WHEN waiting > 1 THEN left_out ELSE 0 END
         WHERE actor_id = OLD.actor_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.settled_at IS NULL THEN
        INSERT INTO spoor.review_count AS c (actor_id, waiting) VALUES (NEW.actor_id, 1)
            ON CONFLICT (actor_id) DO UPDATE SET waiting = c.waiting + 1;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER review_counted AFTER INSERT OR DELETE OR UPDATE OF settled_at, actor_id ON spoor.review
    FOR EACH ROW EXECUTE FUNCTION spoor.count_review();

-- Counted anew: with every migrate, and where all went at once.
CREATE OR REPLACE FUNCTION spoor.recount_reviews() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE spoor.review_count c SET waiting = 0, left_out = 0
     WHERE waiting > 0 AND NOT EXISTS (SELECT FROM spoor.review r WHERE r.actor_id = c.actor_id AND r.settled_at IS NULL);
    INSERT INTO spoor.review_count AS c (actor_id, waiting) SELECT r.actor_id, count(*) FROM spoor.review r WHERE r.settled_at IS NULL GROUP BY r.actor_id
        ON CONFLICT (actor_id) DO UPDATE SET waiting = excluded.waiting WHERE c.waiting <> excluded.waiting;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER reviews_recounted AFTER TRUNCATE OR UPDATE OF id ON spoor.review
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.recount_reviews();
UPDATE spoor.review SET id = DEFAULT WHERE false;

-- In turn with those who record, who come to a sender's rows and to its counter in another order.
CREATE OR REPLACE FUNCTION spoor.settle_review(of_review bigint, by_actor uuid)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM spoor.ledger_head FOR UPDATE;
    UPDATE spoor.review SET settled_at = now() WHERE id = of_review AND settled_at IS NULL;
    IF FOUND THEN
        PERFORM spoor.note_action(by_actor, 'review_settled', of_review::text);
    END IF;
    RETURN of_review;
END $$;
