-- Numbers of scanners that came and were refused: they are no gap. At most 10,000 of each scanner are kept (note_refused()).
CREATE TABLE spoor.refused_number (
    scanner_id  uuid NOT NULL REFERENCES spoor.scanner,
    scanner_seq bigint NOT NULL,
    why         text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (scanner_id, scanner_seq)
);
-- What is kept of one sender and not settled yet is counted before more is taken.
CREATE INDEX review_open ON spoor.review (actor_id) WHERE settled_at IS NULL;
-- The badge of somebody who was erased: linked once, to nobody any more, never in use again.
ALTER TABLE spoor.label DROP CONSTRAINT label_check1;
ALTER TABLE spoor.label ADD CONSTRAINT label_linked CHECK (linked_at IS NOT NULL OR device_id IS NULL AND party_id IS NULL);
UPDATE spoor.label l SET party_id = NULL, revoked_at = coalesce(l.revoked_at, now())
  FROM spoor.party p WHERE p.id = l.party_id AND p.erased_at IS NOT NULL;
