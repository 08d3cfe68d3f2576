-- whose scans these are, and what a person must be told
ALTER TABLE state ADD COLUMN owner TEXT NOT NULL DEFAULT '';      -- the scanner's id; '': nobody said yet
ALTER TABLE state ADD COLUMN owner_name TEXT NOT NULL DEFAULT ''; -- for people
ALTER TABLE state ADD COLUMN warning TEXT NOT NULL DEFAULT '';
CREATE INDEX scan_attention ON scan (scanner_seq) WHERE attention IS NOT NULL;
PRAGMA user_version = 2;
