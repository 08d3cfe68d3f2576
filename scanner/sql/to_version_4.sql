-- what a person has seen to: no more to be sent, never thrown away
CREATE TABLE settled (
    scanner_seq INTEGER PRIMARY KEY,
    event_id    TEXT NOT NULL UNIQUE,
    code        TEXT NOT NULL,
    context     TEXT NOT NULL,
    scanned_ms  INTEGER NOT NULL,
    skew_ms     INTEGER,
    body        TEXT NOT NULL,
    attention   TEXT NOT NULL,    -- why it needed attention
    settled_ms  INTEGER NOT NULL
) STRICT;
PRAGMA user_version = 4;
