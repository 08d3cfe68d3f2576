-- What stands longest in its step is found first, however many devices there are. A step of a doubtful clock began when it was recorded.
CREATE INDEX custody_by_step_since ON spoor.custody (step_since) WHERE repair_id IS NOT NULL;
UPDATE spoor.custody c SET step_since = v.recorded_at
  FROM spoor.event v WHERE v.seq = c.seq AND c.repair_id IS NOT NULL AND c.step_since > v.recorded_at;
