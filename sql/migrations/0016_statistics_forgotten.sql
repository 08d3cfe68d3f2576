-- What was remembered of such columns before 0014 is kept for good: an ANALYZE passes them by. A change to the very same type forgets it,
-- without touching a row; indexes of an expression are made anew by that and need to be told again. The views on these columns are
-- made anew after every migration.
DROP VIEW IF EXISTS spoor.auditable;
DROP VIEW IF EXISTS spoor.sealable;
DO $$
DECLARE
    change text;
BEGIN
    FOR change IN
        SELECT format('ALTER TABLE spoor.%I ALTER %I TYPE %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod))
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'spoor'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND a.attstattarget = 0
           AND EXISTS (SELECT FROM pg_catalog.pg_stats s WHERE s.schemaname = 'spoor' AND s.tablename = c.relname AND s.attname = a.attname)
    LOOP
        EXECUTE change;
    END LOOP;
END $$;
ALTER INDEX spoor.party_by_email ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX spoor.party_by_name  ALTER COLUMN 1 SET STATISTICS 0;
