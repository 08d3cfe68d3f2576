-- Each scan is signed with a key that its scanner made. Scanners that were enrolled before have none: they are told to
-- enrol again.
ALTER TABLE spoor.scanner
    ADD sign_key  bytea CHECK (length(sign_key) = 32),   -- Ed25519, the public half; NULL: enrolled before there was one
    ADD server    text CHECK (length(server) <= 300),    -- the name that this server had then: it is signed too
    ADD first_seq bigint NOT NULL DEFAULT 1;             -- the first number that this scanner counts from
COMMENT ON COLUMN spoor.opening.tag IS
    '17 holder after, 18 place, 19 device, 20 recorder, 21 public note, 22 private note, 24 detail, 33 signature of the scanner';
CREATE INDEX review_by_actor ON spoor.review (actor_id);
