-- The roles of the service. Run once a cluster by a role that may create roles:  psql -f sql/roles.sql
-- Then: CREATE DATABASE spoor OWNER spoor_owner;  GRANT spoor_app, spoor_public, spoor_audit, spoor_seal TO <login of the service>;
-- and for `spoord migrate`: GRANT spoor_owner TO <login of the administrator>.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['spoor_owner', 'spoor_app', 'spoor_public', 'spoor_audit', 'spoor_seal'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $$;
