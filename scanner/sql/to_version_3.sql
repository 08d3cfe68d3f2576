-- without it each answer of the server looked through all recent scans
CREATE INDEX recent_by_event ON recent (event_id);
PRAGMA user_version = 3;
