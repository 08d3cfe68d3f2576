-- What an auditor and a lead look for is found however long the ledger is: incidents, events that contradict, what waits, what is open.
CREATE INDEX notice_incidents ON spoor.notice (seq) WHERE type = 7;
CREATE INDEX event_contradicting ON spoor.event (seq) WHERE flags & ~2 <> 0 OR detail ? 'claimed';
CREATE INDEX review_waiting ON spoor.review (id) WHERE settled_at IS NULL;
CREATE INDEX repair_open ON spoor.repair (opened_at) WHERE closed_at IS NULL;
DROP INDEX spoor.event_flagged;
