-- All functions are made anew with every migrate, so that an older database may hold others: with other parameters, another
-- result, or such as nobody needs any more. Those that a trigger or an index calls stay and are replaced.
DO $$
DECLARE
    old regprocedure;
BEGIN
    FOR old IN
        SELECT p.oid FROM pg_catalog.pg_proc p
         WHERE p.pronamespace = 'spoor'::regnamespace AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
               WHERE d.refclassid = 'pg_catalog.pg_proc'::regclass AND d.refobjid = p.oid)
    LOOP
        EXECUTE 'DROP ROUTINE ' || old;
    END LOOP;
END $$;
