-- Repairs that wait to be closed are found without reading all that are open.
CREATE INDEX repair_returned ON spoor.repair (returned_at) WHERE closed_at IS NULL AND returned_at IS NOT NULL;
