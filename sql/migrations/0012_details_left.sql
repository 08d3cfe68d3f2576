-- What an erasure left of an event's detail is proven by nothing that is sealed: the service's mark on it stands here.
CREATE TABLE spoor.detail_left (
    seq bigint PRIMARY KEY REFERENCES spoor.event,
    mac bytea NOT NULL CHECK (length(mac) = 32)        -- over event_id and SHA-256 of the row's detail, by the service that erased
);
