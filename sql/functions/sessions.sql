-- Signing in, and who a cookie or a bearer token belongs to. Only hashes come in here.

-- changed: when the password was set; what a device is known by dies with the password.
CREATE OR REPLACE FUNCTION spoor.sign_in_lookup(of_login text)
RETURNS TABLE (account_id uuid, password_hash text, disabled boolean, changed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id, c.password_hash, a.disabled_at IS NOT NULL, (extract(epoch FROM c.changed_at) * 1000000)::bigint
      FROM spoor.account a JOIN spoor.credential c ON c.account_id = a.id WHERE a.login = of_login
$$;

-- Administrators get 8 hours, others 12.
-- Nothing when the password is another one than that which was checked: whoever is on the way with an old password while it is
-- changed comes too late. The lock makes set_password() wait, and then end this session, too.
CREATE OR REPLACE FUNCTION spoor.open_session(hash bytea, of_account uuid, of_agent text, checked_hash text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM spoor.session s WHERE s.expires_at < now();
    PERFORM FROM spoor.credential c WHERE c.account_id = of_account AND c.password_hash = checked_hash FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO spoor.session (id_hash, account_id, expires_at, agent)
    SELECT hash, a.id, now() + CASE WHEN 'admin' = ANY (a.roles) THEN interval '8 hours' ELSE interval '12 hours' END, of_agent
      FROM spoor.account a WHERE a.id = of_account AND a.disabled_at IS NULL;
    RETURN FOUND;
END $$;

-- Nothing for a session that is unknown, idle for too long (administrators 15 minutes, others 30), too old, or whose
-- account is disabled. Notes the use at most once a minute.
CREATE OR REPLACE FUNCTION spoor.touch_session(hash bytea)
RETURNS TABLE (actor_id uuid, party_id uuid, name text, login text, roles text, language text, place_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found record;
BEGIN
    SELECT a.id, k.party_id, k.name, a.login, array_to_string(a.roles, ',') AS roles, a.language, a.place_id, s.seen_at INTO found
      FROM spoor.session s JOIN spoor.account a ON a.id = s.account_id JOIN spoor.actor k ON k.id = a.id
     WHERE s.id_hash = hash AND s.expires_at > now() AND a.disabled_at IS NULL
       AND s.seen_at > now() - CASE WHEN 'admin' = ANY (a.roles) THEN interval '15 minutes' ELSE interval '30 minutes' END;
    IF found.id IS NULL THEN
        RETURN;
    END IF;
    IF found.seen_at < now() - interval '1 minute' THEN
        PERFORM set_config('synchronous_commit', 'off', true);   -- pages live on while nothing can be committed
        UPDATE spoor.session SET seen_at = now() WHERE id_hash = hash;
    END IF;
    RETURN QUERY SELECT found.id, found.party_id, found.name, found.login, found.roles, found.language, found.place_id;
END $$;

CREATE OR REPLACE FUNCTION spoor.close_session(hash bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM spoor.session WHERE id_hash = hash;
    RETURN FOUND;
END $$;

-- The sessions of whoever this session belongs to; none for a session that is not there.
CREATE OR REPLACE FUNCTION spoor.own_sessions(hash bytea)
RETURNS TABLE (id uuid, created_at bigint, seen_at bigint, agent text, here boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.id, (extract(epoch FROM o.created_at) * 1000)::bigint, (extract(epoch FROM o.seen_at) * 1000)::bigint, o.agent,
           o.id_hash = hash
      FROM spoor.session s JOIN spoor.session o ON o.account_id = s.account_id
     WHERE s.id_hash = hash AND o.expires_at > now() ORDER BY o.id_hash = hash DESC, o.seen_at DESC LIMIT 50
$$;

-- Ends one other session of the same account, or all others where none is named.
CREATE OR REPLACE FUNCTION spoor.end_sessions(hash bytea, of_session uuid)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ended integer;
BEGIN
    DELETE FROM spoor.session o USING spoor.session s
     WHERE s.id_hash = hash AND o.account_id = s.account_id AND o.id_hash <> hash AND (of_session IS NULL OR o.id = of_session);
    GET DIAGNOSTICS ended = ROW_COUNT;
    IF of_session IS NOT NULL AND ended = 0 THEN
        RAISE 'There is no such session' USING ERRCODE = 'SP404';
    END IF;
    RETURN ended;
END $$;

CREATE OR REPLACE FUNCTION spoor.set_language(of_account uuid, new_language text)
RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE spoor.account SET language = new_language WHERE id = of_account RETURNING language
$$;

-- A scanner that was revoked is known still: what it scanned before must not be lost.
CREATE FUNCTION spoor.bearer_lookup(hash bytea)
RETURNS TABLE (actor_id uuid, party_id uuid, name text, login text, roles text, place_id uuid, sign_key text, server text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.id, a.party_id, a.name, '', CASE WHEN s.revoked_at IS NULL THEN 'scanner' ELSE 'revoked_scanner' END,
           NULL::uuid, encode(s.sign_key, 'hex'), s.server
      FROM spoor.scanner s JOIN spoor.actor a ON a.id = s.id WHERE s.key_hash = hash
    UNION ALL
    SELECT t.id, a.party_id, a.name, '', array_to_string(t.roles, ','), NULL::uuid, NULL, NULL
      FROM spoor.api_token t JOIN spoor.actor a ON a.id = t.id WHERE t.token_hash = hash AND t.revoked_at IS NULL
$$;

-- After 5 failures (20 of a network) each further try waits 2, 4, 8 … seconds, at most 15 minutes; forgotten after an hour without one.
CREATE OR REPLACE FUNCTION spoor.sign_in_delay(of_key text, failures integer, last_at timestamptz, at timestamptz)
RETURNS integer LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN last_at <= at - interval '1 hour' OR failures < f.free THEN 0
                ELSE greatest(0, ceil(extract(epoch FROM last_at - at) + least(900, 2 ^ least(10, failures - f.free + 1))))::int END
      FROM (SELECT CASE WHEN of_key LIKE 'address:%' THEN 20 ELSE 5 END AS free) f
$$;

-- Counts a try before the password is checked, so that many at once cannot pass on what one of them is about to spend. A
-- try that has to wait (seconds > 0) is not counted and must not be checked. `before` goes back to sign_in_over().
CREATE OR REPLACE FUNCTION spoor.sign_in_begin(of_keys text[])
RETURNS TABLE (seconds integer, began timestamptz, before timestamptz[]) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    k     text;
    found spoor.sign_in_failure%ROWTYPE;
BEGIN
    seconds := 0; before := '{}';
    FOREACH k IN ARRAY of_keys LOOP
        INSERT INTO spoor.sign_in_failure AS f VALUES (k, 0, clock_timestamp(), '-infinity')
            ON CONFLICT ON CONSTRAINT sign_in_failure_pkey DO UPDATE SET failures = f.failures   -- takes the lock
            RETURNING * INTO found;
        seconds := greatest(seconds, spoor.sign_in_delay(k, found.failures, found.last_at, clock_timestamp()));
        before := before || found.last_at;
    END LOOP;
    began := clock_timestamp();
    IF seconds = 0 THEN
        UPDATE spoor.sign_in_failure f SET last_at = began,
               failures = CASE WHEN f.last_at <= began - interval '1 hour' THEN 1 ELSE f.failures + 1 END,
               first_at = CASE WHEN f.last_at <= began - interval '1 hour' THEN began ELSE f.first_at END
         WHERE f.key = ANY (of_keys);
    ELSE                                       -- a name that somebody only tried leaves nothing
        DELETE FROM spoor.sign_in_failure f WHERE f.key = ANY (of_keys) AND f.failures = 0;
    END IF;
    RETURN NEXT;
END $$;

-- A try that was not wrong, or could not be checked, does not count. After a correct one those of the account (the first key)
-- are forgotten, never those of the network.
CREATE OR REPLACE FUNCTION spoor.sign_in_over(of_keys text[], began timestamptz, before timestamptz[], correct boolean)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM spoor.sign_in_failure f WHERE f.key = ANY (of_keys) ORDER BY array_position(of_keys, f.key) FOR UPDATE;
    UPDATE spoor.sign_in_failure f SET failures = f.failures - 1, last_at = CASE WHEN f.last_at = began THEN k.last_at ELSE f.last_at END
      FROM unnest(of_keys, before) AS k (key, last_at) WHERE f.key = k.key AND f.failures > 0;
    DELETE FROM spoor.sign_in_failure f
     WHERE f.key = ANY (of_keys) AND (correct AND f.key = of_keys[1] OR f.failures = 0);
    DELETE FROM spoor.sign_in_failure f WHERE f.key IN (SELECT o.key FROM spoor.sign_in_failure o
        WHERE o.last_at < now() - interval '1 day' LIMIT 100 FOR UPDATE SKIP LOCKED);
    RETURN 0;
END $$;
