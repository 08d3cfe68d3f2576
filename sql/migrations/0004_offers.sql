-- What was offered to somebody is found without reading all devices.
CREATE INDEX custody_offered ON spoor.custody (offered_to) WHERE offered_to IS NOT NULL;
