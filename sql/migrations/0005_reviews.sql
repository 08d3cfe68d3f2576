-- What a revoked scanner sent is found by its number, however much of it there is.
CREATE INDEX review_revoked ON spoor.review (actor_id, ((body ->> 'scanner_seq')::bigint)) WHERE why LIKE 'this scanner was revoked%';
