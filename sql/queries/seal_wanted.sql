-- whether somebody waits for the lock that the sealer holds: a backup; other sealers do not wait for it
SELECT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND NOT l.granted AND l.classid = 0 AND l.objid = 7307200
           AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) AS wanted;
