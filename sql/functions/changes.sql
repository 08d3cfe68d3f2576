-- What services keep in memory must be forgotten when it changes, also by another service or by hand:
--   spoor_changed  what stands on public pages; the first 7 digits of the ids of devices and repairs, one after the
--                  other, or * for anything
--   spoor_access   who may come in with which token
-- Events are not told: a NOTIFY wakes two processes and makes all commits of the cluster take turns, which was a fifth of the time of a
-- recording. Who keeps pages looks a few times a second what came since its last look.

CREATE OR REPLACE FUNCTION spoor.changed_since(mark bigint)
RETURNS TABLE (mark_now bigint, things text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.next_seq,
           CASE WHEN mark = h.next_seq THEN ''
                WHEN h.next_seq - mark BETWEEN 1 AND 20000 THEN
                    (SELECT coalesce(string_agg(DISTINCT left(v.device_id::text, 7) || coalesce(left(v.repair_id::text, 7), ''), ''), '')
                       FROM spoor.event v WHERE v.seq >= mark)
                ELSE '*' END
      FROM spoor.ledger_head h
$$;

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
