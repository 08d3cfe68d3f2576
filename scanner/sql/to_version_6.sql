-- what the server acknowledged of late: a service that was restored from a backup has lost some of it
CREATE TABLE acknowledged (
    event_id        TEXT PRIMARY KEY,
    scanner_seq     INTEGER NOT NULL,
    code            TEXT NOT NULL,
    context         TEXT NOT NULL,
    scanned_ms      INTEGER NOT NULL,
    skew_ms         INTEGER,
    body            TEXT NOT NULL,
    owner           TEXT NOT NULL,    -- the scanner that signed it
    acknowledged_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX acknowledged_by_time ON acknowledged (acknowledged_ms);
PRAGMA user_version = 6;
