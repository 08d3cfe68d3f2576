-- What the planner remembers of a column's values is a copy of them that no erasure reaches: of what can name a person it remembers
-- nothing. They are found by keys, or read through.
ALTER TABLE spoor.opening      ALTER value SET STATISTICS 0, ALTER salt SET STATISTICS 0;
ALTER TABLE spoor.party        ALTER name SET STATISTICS 0, ALTER email SET STATISTICS 0, ALTER phone SET STATISTICS 0;
ALTER INDEX spoor.party_by_email ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX spoor.party_by_name  ALTER COLUMN 1 SET STATISTICS 0;
ALTER TABLE spoor.actor        ALTER name SET STATISTICS 0;
ALTER TABLE spoor.account      ALTER login SET STATISTICS 0;
ALTER TABLE spoor.session      ALTER agent SET STATISTICS 0;
ALTER TABLE spoor.repair       ALTER problem SET STATISTICS 0, ALTER condition SET STATISTICS 0, ALTER accessories SET STATISTICS 0;
ALTER TABLE spoor.event        ALTER detail SET STATISTICS 0, ALTER content_hash SET STATISTICS 0;
ALTER TABLE spoor.review       ALTER body SET STATISTICS 0, ALTER body_hash SET STATISTICS 0;
ALTER TABLE spoor.admin_action ALTER target SET STATISTICS 0, ALTER detail SET STATISTICS 0;
ALTER TABLE spoor.sign_in_failure ALTER key SET STATISTICS 0;
