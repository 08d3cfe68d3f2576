-- What each role of the service may not do, tried as that role.
BEGIN;
SELECT plan(23);
SET ROLE spoor_app;
SELECT throws_ok(s, '42501', NULL, 'spoor_app may not: ' || s) FROM unnest(ARRAY[
    'UPDATE spoor.event SET kind = ''note''', 'DELETE FROM spoor.event', 'TRUNCATE spoor.event',
    'INSERT INTO spoor.event DEFAULT VALUES', 'UPDATE spoor.custody SET seq = 0', 'DELETE FROM spoor.opening',
    'SELECT * FROM spoor.credential', 'SELECT * FROM spoor.session', 'SELECT link_hash FROM spoor.repair',
    'SELECT key_hash FROM spoor.scanner', 'SELECT token_hash FROM spoor.api_token', 'UPDATE spoor.ledger_head SET next_seq = 0',
    'CREATE TABLE spoor.mine (a int)', 'CREATE TEMP TABLE mine (a int)']) AS s;
RESET ROLE;
SET ROLE spoor_public;
SELECT throws_ok(s, '42501', NULL, 'spoor_public may not: ' || s) FROM unnest(ARRAY[
    'SELECT * FROM spoor.event', 'SELECT * FROM spoor.party', 'SELECT * FROM spoor.repair', 'SELECT * FROM spoor.record_events(''[]'')']) AS s;
RESET ROLE;
SET ROLE spoor_audit;
SELECT throws_ok(s, '42501', NULL, 'spoor_audit may not: ' || s) FROM unnest(ARRAY[
    'SELECT * FROM spoor.record_events(''[]'')', 'SELECT spoor.add_party(''place'', ''x'', NULL, NULL)', 'DELETE FROM spoor.review']) AS s;
RESET ROLE;
SELECT throws_ok('DELETE FROM spoor.event', 'SP403', NULL, 'not even the owner of everything rewrites history by accident');
SELECT is((SELECT count(*)::int FROM information_schema.role_table_grants WHERE table_schema = 'spoor' AND table_name = 'event'
              AND privilege_type <> 'SELECT' AND grantee LIKE 'spoor\_%' AND grantee <> 'spoor_owner'), 0, 'no role of the service may change events');
SELECT * FROM finish();
ROLLBACK;
