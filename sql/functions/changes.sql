-- What services keep in memory must be forgotten when it changes, also by another service or by hand:
--   spoor_changed  what stands on public pages; the first 7 digits of the ids of devices and repairs, one after the
--                  other, or * for anything. record_events() tells which devices it touched.
--   spoor_access   who may come in with which token.

CREATE OR REPLACE FUNCTION spoor.tell_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_LEVEL = 'STATEMENT' THEN
        PERFORM pg_notify('spoor_changed', '*');
    ELSIF TG_TABLE_NAME = 'repair' THEN
        PERFORM pg_notify('spoor_changed', left(NEW.id::text, 7) || left(NEW.device_id::text, 7));
    ELSIF TG_TABLE_NAME = 'device' THEN
        PERFORM pg_notify('spoor_changed', left(NEW.id::text, 7));
    ELSE
        PERFORM pg_notify('spoor_changed', concat(left(OLD.device_id::text, 7), left(NEW.device_id::text, 7)));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION spoor.tell_access() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('spoor_access', '');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER repair_changed AFTER UPDATE ON spoor.repair FOR EACH ROW EXECUTE FUNCTION spoor.tell_change();
CREATE OR REPLACE TRIGGER device_changed AFTER UPDATE ON spoor.device FOR EACH ROW EXECUTE FUNCTION spoor.tell_change();
CREATE OR REPLACE TRIGGER label_changed AFTER UPDATE ON spoor.label FOR EACH ROW EXECUTE FUNCTION spoor.tell_change();
CREATE OR REPLACE TRIGGER party_changed AFTER UPDATE OR DELETE ON spoor.party
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.tell_change();
CREATE OR REPLACE TRIGGER opening_changed AFTER UPDATE OR DELETE ON spoor.opening
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.tell_change();
CREATE OR REPLACE TRIGGER step_changed AFTER UPDATE OR DELETE ON spoor.step
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.tell_change();
CREATE OR REPLACE TRIGGER reason_changed AFTER UPDATE OR DELETE ON spoor.reason
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.tell_change();
CREATE OR REPLACE TRIGGER repair_removed AFTER DELETE OR TRUNCATE ON spoor.repair
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.tell_change();

CREATE OR REPLACE TRIGGER token_changed AFTER UPDATE OF token_hash, roles, revoked_at OR DELETE ON spoor.api_token
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.tell_access();
CREATE OR REPLACE TRIGGER scanner_changed AFTER UPDATE OF key_hash, sign_key, server, revoked_at OR DELETE ON spoor.scanner
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.tell_access();
CREATE OR REPLACE TRIGGER actor_changed AFTER UPDATE OR DELETE ON spoor.actor
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.tell_access();
