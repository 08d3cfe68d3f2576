-- Of what came at the same moment each has its turn in a list: the order goes on with what is unique.
DROP INDEX spoor.repair_open;
CREATE INDEX repair_open ON spoor.repair (opened_at, number) WHERE closed_at IS NULL;
DROP INDEX spoor.custody_by_step_since;
CREATE INDEX custody_by_step_since ON spoor.custody (step_since, device_id) WHERE repair_id IS NOT NULL;
