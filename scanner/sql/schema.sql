CREATE TABLE scan (
    scanner_seq INTEGER PRIMARY KEY,
    event_id    TEXT NOT NULL UNIQUE,
    code        TEXT NOT NULL,
    context     TEXT NOT NULL,    -- what the scan meant, such as "step repair"
    scanned_ms  INTEGER NOT NULL, -- by this machine's clock
    skew_ms     INTEGER,          -- server's clock minus this one, as known then; NULL: not known
    body        TEXT NOT NULL,    -- one signed event as JSON, then # and its CRC-32C in eight hexadecimal digits
    attention   TEXT              -- why the server refused it; NULL: it waits
) STRICT;
CREATE INDEX scan_waiting ON scan (scanner_seq) WHERE attention IS NULL;

-- What was scanned of late: for the list on the screen, for repeats and for undo.
CREATE TABLE recent (
    scanner_seq INTEGER PRIMARY KEY,
    event_id    TEXT NOT NULL,
    code        TEXT NOT NULL,
    context     TEXT NOT NULL,
    scanned_ms  INTEGER NOT NULL,
    outcome     TEXT NOT NULL DEFAULT '',
    said        TEXT NOT NULL DEFAULT '',
    undone      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX recent_by_code ON recent (code, scanner_seq);

CREATE TABLE state (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    next_seq   INTEGER NOT NULL,
    contact_ms INTEGER,           -- last answer of the server
    skew_ms    INTEGER
) STRICT;
INSERT INTO state VALUES (1, 1, NULL, NULL);
PRAGMA user_version = 1;
