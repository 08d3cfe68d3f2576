-- Accounts, scanners, tokens, places, labels. Each change leaves one row in spoor.admin_action, in its transaction.
-- by_actor is NULL for the command line on the database's host.

CREATE OR REPLACE FUNCTION spoor.note_action(by_actor uuid, what text, target text, detail jsonb DEFAULT NULL)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO spoor.admin_action (actor_id, action, target, detail) VALUES (by_actor, what, target, detail)
$$;

CREATE OR REPLACE FUNCTION spoor.add_account(new_login text, full_name text, new_roles text[], hash text, by_actor uuid,
                                             is_named boolean DEFAULT false)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_party uuid;
    v_actor uuid;
BEGIN
    IF EXISTS (SELECT FROM spoor.account a WHERE a.login = new_login) THEN
        RAISE 'There is an account % already', new_login USING ERRCODE = 'SP409', DETAIL = 'field=login';
    END IF;
    INSERT INTO spoor.party (kind, name, named) VALUES ('person', full_name, is_named) RETURNING id INTO v_party;
    INSERT INTO spoor.actor (kind, party_id, name) VALUES ('account', v_party, full_name) RETURNING id INTO v_actor;
    INSERT INTO spoor.account (id, login, roles) VALUES (v_actor, new_login, new_roles);
    INSERT INTO spoor.credential (account_id, password_hash) VALUES (v_actor, hash);
    PERFORM spoor.note_action(by_actor, 'account_added', new_login, jsonb_build_object('roles', new_roles));
    RETURN v_actor;
END $$;

-- The first administrator: only while there is none.
CREATE OR REPLACE FUNCTION spoor.set_up(new_login text, full_name text, hash text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM spoor.ledger_head FOR UPDATE;                     -- of two at once, one
    IF EXISTS (SELECT FROM spoor.account a WHERE 'admin' = ANY (a.roles) AND a.disabled_at IS NULL) THEN
        RAISE 'There is an administrator already' USING ERRCODE = 'SP409';
    END IF;
    RETURN spoor.add_account(new_login, full_name, ARRAY['admin', 'lead', 'technician'], hash, NULL);
END $$;

CREATE OR REPLACE FUNCTION spoor.set_password(of_login text, hash text, by_actor uuid)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account uuid;
BEGIN
    SELECT a.id INTO v_account FROM spoor.account a WHERE a.login = of_login;
    IF NOT FOUND THEN
        RAISE 'There is no account %', of_login USING ERRCODE = 'SP404';
    END IF;
    UPDATE spoor.credential SET password_hash = hash, changed_at = now() WHERE account_id = v_account;
    DELETE FROM spoor.session WHERE account_id = v_account;
    PERFORM spoor.note_action(by_actor, 'password_set', of_login);
    RETURN of_login;
END $$;

CREATE OR REPLACE FUNCTION spoor.refuse_last_admin(of_account uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM spoor.ledger_head FOR UPDATE;
    IF NOT EXISTS (SELECT FROM spoor.account a WHERE 'admin' = ANY (a.roles) AND a.disabled_at IS NULL AND a.id <> of_account) THEN
        RAISE 'This is the last administrator; make another one first' USING ERRCODE = 'SP409';
    END IF;
END $$;

-- Revokes the scanners that act for a party; how many that were.
CREATE OR REPLACE FUNCTION spoor.revoke_scanners_of(party uuid, by_actor uuid)
RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_scanner uuid;
    revoked   int := 0;
BEGIN
    FOR v_scanner IN SELECT s.id FROM spoor.scanner s JOIN spoor.actor a ON a.id = s.id WHERE a.party_id = party AND s.revoked_at IS NULL LOOP
        PERFORM spoor.revoke_scanner(v_scanner, by_actor);
        revoked := revoked + 1;
    END LOOP;
    RETURN revoked;
END $$;

-- Gives how many scanners were revoked: with the account goes what acts for it, and does not come back with it.
CREATE OR REPLACE FUNCTION spoor.enable_account(of_login text, enabled boolean, by_actor uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account spoor.account%ROWTYPE;
    revoked   int := 0;
BEGIN
    SELECT * INTO v_account FROM spoor.account a WHERE a.login = of_login;
    IF NOT FOUND THEN
        RAISE 'There is no account %', of_login USING ERRCODE = 'SP404';
    END IF;
    IF enabled AND EXISTS (SELECT FROM spoor.actor a JOIN spoor.party p ON p.id = a.party_id WHERE a.id = v_account.id AND p.erased_at IS NOT NULL) THEN
        RAISE 'This account was its person''s, who was erased; add a new one' USING ERRCODE = 'SP409';
    END IF;
    IF NOT enabled AND 'admin' = ANY (v_account.roles) THEN
        PERFORM spoor.refuse_last_admin(v_account.id);
    END IF;
    UPDATE spoor.account SET disabled_at = CASE WHEN enabled THEN NULL ELSE coalesce(disabled_at, now()) END
     WHERE id = v_account.id;
    DELETE FROM spoor.session WHERE account_id = v_account.id;
    IF NOT enabled THEN
        revoked := spoor.revoke_scanners_of((SELECT a.party_id FROM spoor.actor a WHERE a.id = v_account.id), by_actor);
    END IF;
    PERFORM spoor.note_action(by_actor, CASE WHEN enabled THEN 'account_enabled' ELSE 'account_disabled' END, of_login);
    RETURN revoked;
END $$;

CREATE OR REPLACE FUNCTION spoor.set_roles(of_login text, new_roles text[], by_actor uuid)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account spoor.account%ROWTYPE;
BEGIN
    SELECT * INTO v_account FROM spoor.account a WHERE a.login = of_login;
    IF NOT FOUND THEN
        RAISE 'There is no account %', of_login USING ERRCODE = 'SP404';
    END IF;
    IF 'admin' = ANY (v_account.roles) AND NOT 'admin' = ANY (new_roles) THEN
        PERFORM spoor.refuse_last_admin(v_account.id);
    END IF;
    UPDATE spoor.account SET roles = new_roles WHERE id = v_account.id;
    DELETE FROM spoor.session WHERE account_id = v_account.id;
    PERFORM spoor.note_action(by_actor, 'roles_set', of_login, jsonb_build_object('roles', new_roles));
    RETURN of_login;
END $$;

-- A scanner acts for an account's holder, or for a team of its own name.
CREATE OR REPLACE FUNCTION spoor.add_scanner(scanner_name text, for_login text, code_hash bytea, by_actor uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_party uuid;
    v_actor uuid;
BEGIN
    IF for_login IS NOT NULL THEN
        SELECT k.party_id INTO v_party FROM spoor.account a JOIN spoor.actor k ON k.id = a.id
         WHERE a.login = for_login AND a.disabled_at IS NULL FOR SHARE OF a;                      -- who disables it meanwhile revokes this one, too
        IF NOT FOUND THEN
            RAISE 'There is no such account in use' USING ERRCODE = 'SP404', DETAIL = 'field=account';
        END IF;
    ELSE
        INSERT INTO spoor.party (kind, name) VALUES ('team', scanner_name) RETURNING id INTO v_party;
    END IF;
    INSERT INTO spoor.actor (kind, party_id, name) VALUES ('scanner', v_party, scanner_name) RETURNING id INTO v_actor;
    INSERT INTO spoor.scanner (id, enroll_hash, enroll_until) VALUES (v_actor, code_hash, now() + interval '24 hours');
    PERFORM spoor.note_action(by_actor, 'scanner_added', scanner_name);
    RETURN v_actor;
END $$;

-- Exchanges the one-time code for the scanner's token, and keeps the key with which it signs; a second use of the code
-- finds nothing.
CREATE OR REPLACE FUNCTION spoor.enroll_scanner(code_hash bytea, new_key_hash bytea, new_sign_key bytea, server_name text,
                                                first_number bigint)
RETURNS TABLE (scanner_id uuid, name text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY UPDATE spoor.scanner s SET key_hash = new_key_hash, enrolled_at = now(), enroll_hash = NULL,
             sign_key = new_sign_key, server = server_name, first_seq = first_number
        FROM spoor.actor a
       WHERE s.enroll_hash = code_hash AND s.enroll_until > now() AND s.revoked_at IS NULL AND a.id = s.id
      RETURNING s.id, a.name;
    IF NOT FOUND THEN
        RAISE 'This code was used before, is older than a day, or never was: ask for a new one' USING ERRCODE = 'SP404', DETAIL = 'field=code';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION spoor.revoke_scanner(of_scanner uuid, by_actor uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE spoor.scanner SET revoked_at = coalesce(revoked_at, now()), enroll_hash = NULL WHERE id = of_scanner;
    IF NOT FOUND THEN
        RAISE 'There is no such scanner' USING ERRCODE = 'SP404';
    END IF;
    PERFORM spoor.note_action(by_actor, 'scanner_revoked', of_scanner::text);
    RETURN of_scanner;
END $$;

CREATE OR REPLACE FUNCTION spoor.add_token(token_name text, new_roles text[], new_hash bytea, by_actor uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_party uuid;
    v_actor uuid;
BEGIN
    INSERT INTO spoor.party (kind, name) VALUES ('team', token_name) RETURNING id INTO v_party;
    INSERT INTO spoor.actor (kind, party_id, name) VALUES ('token', v_party, token_name) RETURNING id INTO v_actor;
    INSERT INTO spoor.api_token (id, token_hash, roles) VALUES (v_actor, new_hash, new_roles);
    PERFORM spoor.note_action(by_actor, 'token_added', token_name, jsonb_build_object('roles', new_roles));
    RETURN v_actor;
END $$;

CREATE OR REPLACE FUNCTION spoor.revoke_token(of_token uuid, by_actor uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE spoor.api_token SET revoked_at = coalesce(revoked_at, now()) WHERE id = of_token;
    IF NOT FOUND THEN
        RAISE 'There is no such token' USING ERRCODE = 'SP404';
    END IF;
    PERFORM spoor.note_action(by_actor, 'token_revoked', of_token::text);
    RETURN of_token;
END $$;

CREATE OR REPLACE FUNCTION spoor.add_party(party_kind text, party_name text, party_email text, by_actor uuid, label_code text DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_party uuid;
BEGIN
    INSERT INTO spoor.party (kind, name, email) VALUES (party_kind, party_name, party_email) RETURNING id INTO v_party;
    IF label_code IS NOT NULL THEN
        UPDATE spoor.label SET party_id = v_party, linked_at = now()
         WHERE code = label_code AND device_id IS NULL AND party_id IS NULL AND revoked_at IS NULL;
        IF NOT FOUND THEN
            RAISE 'This label was not made here, is in use, or was revoked' USING ERRCODE = 'SP409', DETAIL = 'field=label';
        END IF;
    END IF;
    PERFORM spoor.note_action(by_actor, 'party_added', party_name, jsonb_build_object('kind', party_kind));
    RETURN v_party;
END $$;

-- A label that is on nothing yet becomes the badge of the person whose account this is.
CREATE OR REPLACE FUNCTION spoor.give_badge(for_login text, label_code text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owner record;
BEGIN
    SELECT p.id, p.name INTO owner FROM spoor.account a JOIN spoor.actor k ON k.id = a.id JOIN spoor.party p ON p.id = k.party_id
     WHERE a.login = for_login AND a.disabled_at IS NULL AND p.erased_at IS NULL;
    IF NOT FOUND THEN
        RAISE 'There is no such account in use' USING ERRCODE = 'SP404';
    END IF;
    UPDATE spoor.label SET party_id = owner.id, linked_at = now()
     WHERE code = label_code AND device_id IS NULL AND party_id IS NULL AND revoked_at IS NULL;
    IF NOT FOUND THEN
        RAISE 'This label was not made here, is in use, or was revoked' USING ERRCODE = 'SP409', DETAIL = 'field=label';
    END IF;
    PERFORM spoor.note_action(NULL, 'badge_given', for_login, jsonb_build_object('label', label_code));
    RETURN owner.name;
END $$;

-- A device that is not in repair yet: with its owner, or with a team until somebody says whose it is.
CREATE OR REPLACE FUNCTION spoor.add_device(facts jsonb)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_device uuid;
    result   record;
BEGIN
    PERFORM FROM spoor.ledger_head FOR UPDATE;                     -- of two at once, one
    SELECT a.device_id INTO v_device FROM spoor.alias a
     WHERE a.kind = 'serial' AND a.value = facts ->> 'serial' AND spoor.intake_contradicts(facts, a.device_id) IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE 'The serial number % is on % already, which has the id %', facts ->> 'serial', spoor.device_called(v_device), v_device
            USING ERRCODE = 'SP409', DETAIL = 'field=serial';
    END IF;
    INSERT INTO spoor.device (kind, make, model, owner_id)
    VALUES (coalesce(facts ->> 'kind', 'laptop'), coalesce(facts ->> 'make', ''), coalesce(facts ->> 'model', ''),
            (facts ->> 'owner_id')::uuid) RETURNING id INTO v_device;
    INSERT INTO spoor.alias (device_id, kind, value)
    SELECT v_device, a.kind, facts ->> a.kind FROM (VALUES ('serial'), ('asset_tag')) AS a (kind)
     WHERE facts ->> a.kind IS NOT NULL;
    SELECT * INTO result FROM spoor.record_events(jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
        'event_id', facts ->> 'event_id', 'actor', facts ->> 'actor', 'kind', 'registered', 'device_id', v_device,
        'to', facts ->> 'owner_id', 'said', facts -> 'said', 'mac', facts ->> 'mac'))));
    IF result.outcome <> 'recorded' THEN
        RAISE '%', coalesce(result.message, 'this device is registered already') USING ERRCODE = 'SP409';
    END IF;
    PERFORM spoor.note_action((facts ->> 'actor')::uuid, 'device_added', v_device::text);
    RETURN v_device;
END $$;

CREATE OR REPLACE FUNCTION spoor.identify_device(of_device uuid, facts jsonb, by_actor uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE spoor.device SET kind = coalesce(facts ->> 'kind', 'laptop'), make = coalesce(facts ->> 'make', ''),
        model = coalesce(facts ->> 'model', ''), identified = true WHERE id = of_device;
    IF NOT FOUND THEN
        RAISE 'There is no such device' USING ERRCODE = 'SP404';
    END IF;
    INSERT INTO spoor.alias (device_id, kind, value)
    SELECT of_device, 'serial', facts ->> 'serial' WHERE facts ->> 'serial' IS NOT NULL ON CONFLICT DO NOTHING;
    PERFORM spoor.note_action(by_actor, 'device_identified', of_device::text);
    RETURN of_device;
END $$;

-- Codes come from the service (40 random bits each); all or none are taken.
CREATE OR REPLACE FUNCTION spoor.mint_labels(batch_name text, codes text[], by_actor uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM spoor.label_batch b WHERE b.name = batch_name) THEN
        RAISE 'There is a batch % already', batch_name USING ERRCODE = 'SP409', DETAIL = 'field=batch';
    END IF;
    INSERT INTO spoor.label_batch (name, count) VALUES (batch_name, cardinality(codes));
    INSERT INTO spoor.label (code, batch, position)
    SELECT c.code, batch_name, c.position FROM unnest(codes) WITH ORDINALITY AS c (code, position);
    PERFORM spoor.note_action(by_actor, 'labels_minted', batch_name, jsonb_build_object('count', cardinality(codes)));
    RETURN cardinality(codes);
END $$;

-- A place that has no label gets one, in the batch of places, which grows. Whoever asks again, or at the same time, gets the same.
CREATE OR REPLACE FUNCTION spoor.label_place(of_place uuid, label_code text, by_actor uuid)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_code text;
    v_position int;
BEGIN
    PERFORM FROM spoor.party p WHERE p.id = of_place AND p.kind = 'place' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE 'There is no such place' USING ERRCODE = 'SP404';
    END IF;
    SELECT l.code INTO v_code FROM spoor.label l WHERE l.party_id = of_place AND l.revoked_at IS NULL LIMIT 1;
    IF FOUND THEN
        RETURN v_code;
    END IF;
    INSERT INTO spoor.label_batch AS b (name, count) VALUES ('places', 1)
        ON CONFLICT ON CONSTRAINT label_batch_pkey DO UPDATE SET count = b.count + 1 RETURNING b.count INTO v_position;
    INSERT INTO spoor.label (code, batch, position, party_id, linked_at) VALUES (label_code, 'places', v_position, of_place, now());
    PERFORM spoor.note_action(by_actor, 'place_labelled', of_place::text, jsonb_build_object('label', label_code));
    RETURN label_code;
END $$;

-- A label that is on no device: there is no history that could say so. Others are revoked by an event.
CREATE OR REPLACE FUNCTION spoor.revoke_label(of_code text, why text, by_actor uuid)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE spoor.label SET revoked_at = now() WHERE code = of_code AND device_id IS NULL AND revoked_at IS NULL;
    IF NOT FOUND THEN
        RAISE 'This label was not made here, is on a device, or was revoked already' USING ERRCODE = 'SP409', DETAIL = 'field=code';
    END IF;
    PERFORM spoor.note_action(by_actor, 'label_revoked', of_code, jsonb_build_object('why', why));
    RETURN of_code;
END $$;
