-- the scanner, by its id, of which the server said that it was revoked
ALTER TABLE state ADD COLUMN revoked TEXT NOT NULL DEFAULT '';
PRAGMA user_version = 5;
