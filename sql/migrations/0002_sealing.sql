-- Sealing: what the sealer keeps in the database, and room in the ledger for entries that are not events of a device.
-- Leaf n of the tree is the entry with seq n; seq 0 is the genesis, so events that were there before move up by one.

DROP TRIGGER IF EXISTS event_only_grows ON spoor.event;
ALTER TABLE spoor.opening DROP CONSTRAINT opening_seq_fkey;
UPDATE spoor.event SET seq = -seq - 1;
UPDATE spoor.event SET seq = -seq;
UPDATE spoor.opening SET seq = -seq - 1;
UPDATE spoor.opening SET seq = -seq;
UPDATE spoor.custody SET seq = seq + 1;
UPDATE spoor.ledger_head SET next_seq = next_seq + 1;

ALTER TABLE spoor.event
    ADD named text CHECK (length(named) <= 200),       -- the code or number by which the sender called the device
    ADD said  smallint NOT NULL DEFAULT 0,             -- which of its values the sender gave: 1 step, 2 to, 4 place,
                                                       -- 8 happened_at, 16 repair
    ADD mac   bytea CHECK (length(mac) = 32);          -- by the service that recorded it; its key is not in here

-- Openings name parties by id and name, say when a place is left, and hold the facts without a column.
UPDATE spoor.opening o SET value = v.to_id || ' ' || o.value FROM spoor.event v WHERE v.seq = o.seq AND o.tag = 17;
UPDATE spoor.opening o SET value = v.place_id || ' ' || o.value FROM spoor.event v WHERE v.seq = o.seq AND o.tag = 18;
UPDATE spoor.opening o SET value = v.actor_id || ' ' || o.value FROM spoor.event v WHERE v.seq = o.seq AND o.tag = 20;
INSERT INTO spoor.opening (seq, tag, value, salt)
SELECT v.seq, 24, v.detail::text, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  FROM spoor.event v WHERE v.detail IS NOT NULL;
INSERT INTO spoor.opening (seq, tag, value, salt)
SELECT v.seq, 18, '', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  FROM spoor.event v JOIN spoor.event b ON b.device_id = v.device_id AND b.device_seq = v.device_seq - 1
 WHERE v.place_id IS NULL AND b.place_id IS NOT NULL;
COMMENT ON COLUMN spoor.opening.tag IS
    '17 holder after, 18 place, 19 device, 20 recorder, 21 public note, 22 private note, 24 detail';

CREATE TABLE spoor.erasure_reason (
    code     text PRIMARY KEY CHECK (code ~ '^[A-Z][A-Z_]{0,39}$'),
    number   smallint NOT NULL UNIQUE CHECK (number > 0),
    label_en text NOT NULL,
    label_nl text NOT NULL
);
INSERT INTO spoor.erasure_reason (number, code, label_en, label_nl) VALUES
    (1, 'REQUEST', 'at the person''s request', 'op verzoek van de persoon'),
    (2, 'RETENTION', 'kept no longer than allowed', 'niet langer bewaard dan mag'),
    (3, 'MISTAKE', 'written by mistake', 'per vergissing opgeschreven');

CREATE TABLE spoor.notice (
    seq          bigint PRIMARY KEY,
    type         smallint NOT NULL CHECK (type IN (2, 5, 6, 7)),
    notice_id    uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    recorded_at  timestamptz NOT NULL,
    actor_id     uuid REFERENCES spoor.actor,
    target       uuid REFERENCES spoor.event (event_id),
    erased       smallint[],
    reason       text REFERENCES spoor.erasure_reason,
    verifier_key text CHECK (length(verifier_key) <= 400),
    incident     smallint,
    from_size    bigint,
    to_size      bigint,
    mac          bytea CHECK (length(mac) = 32),       -- of an erasure: by the service that recorded it
    CHECK ((type = 2) = (target IS NOT NULL AND erased IS NOT NULL AND actor_id IS NOT NULL)),
    CHECK ((type = 5) = (verifier_key IS NOT NULL)),
    CHECK ((type = 7) = (incident IS NOT NULL))
);
CREATE INDEX notice_by_target ON spoor.notice (target) WHERE target IS NOT NULL;
COMMENT ON TABLE spoor.notice IS
    'Entries that are not events of a device: 2 erasure, 5 configuration, 6 genesis, 7 incident.';
INSERT INTO spoor.notice (seq, type, recorded_at)
SELECT 0, 6, coalesce(min(recorded_at), date_trunc('milliseconds', now())) FROM spoor.event;
UPDATE spoor.ledger_head SET recorded_at = greatest(recorded_at, (SELECT n.recorded_at FROM spoor.notice n));

CREATE TABLE spoor.ledger_entry (
    seq   bigint PRIMARY KEY,
    entry bytea NOT NULL CHECK (length(entry) BETWEEN 5 AND 4096)
);
COMMENT ON TABLE spoor.ledger_entry IS 'A copy of the sealer''s own log, for serving; holds no personal data.';

CREATE TABLE spoor.tile (
    level    smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
    position bigint NOT NULL,
    hashes   bytea NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (level, position)
);
COMMENT ON TABLE spoor.tile IS 'Complete tiles of the tree (c2sp.org/tlog-tiles); partial ones are worked out.';

CREATE TABLE spoor.checkpoint (
    size      bigint PRIMARY KEY,
    note      text NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE spoor.sealing (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch   bigint NOT NULL DEFAULT 0,                 -- of the sealer at work; an older one is refused
    state   text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sealing', 'alarm')),
    message text NOT NULL DEFAULT '',
    at      timestamptz NOT NULL DEFAULT now()
);
INSERT INTO spoor.sealing DEFAULT VALUES;

INSERT INTO spoor.event_flag VALUES (64, 'revoked_label'), (128, 'number_reused');
