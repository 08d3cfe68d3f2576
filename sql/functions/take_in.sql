-- What was typed at the intake and is not what is known of this device; NULL: nothing. What is not known yet contradicts nothing.
CREATE OR REPLACE FUNCTION spoor.intake_contradicts(intake jsonb, of_device uuid)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN intake ? 'serial'
         AND (EXISTS (SELECT FROM spoor.alias a WHERE a.kind = 'serial' AND a.device_id = d.id)
              OR EXISTS (SELECT FROM spoor.alias a WHERE a.kind = 'serial' AND a.value = intake ->> 'serial'))
         AND NOT EXISTS (SELECT FROM spoor.alias a WHERE a.kind = 'serial' AND a.device_id = d.id AND a.value = intake ->> 'serial')
          OR intake ? 'make' AND d.make <> '' AND strpos(lower(n.name), lower(btrim(intake ->> 'make'))) = 0
          OR intake ? 'model' AND d.model <> '' AND strpos(lower(n.name), lower(btrim(intake ->> 'model'))) = 0
        THEN coalesce(intake ->> 'serial', btrim(concat_ws(' ', intake ->> 'make', intake ->> 'model')))
        END
      FROM spoor.device d CROSS JOIN LATERAL (SELECT d.make || ' ' || d.model AS name) n
     WHERE d.id = of_device;
$$;

-- What people call a device: its make and model, or else a number on it.
CREATE OR REPLACE FUNCTION spoor.device_called(of_device uuid)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(nullif(btrim(d.make || ' ' || d.model), ''),
                    (SELECT a.value FROM spoor.alias a WHERE a.device_id = d.id ORDER BY a.added_at LIMIT 1), 'another device')
      FROM spoor.device d WHERE d.id = of_device;
$$;

-- The one device with the number that was typed (of_kind: serial, asset_tag), other than this one; NULL: none has it.
CREATE OR REPLACE FUNCTION spoor.device_with(intake jsonb, of_kind text, other_than uuid)
RETURNS uuid LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_device uuid;
    v_count  int;
BEGIN
    SELECT count(DISTINCT a.device_id), min(a.device_id::text)::uuid INTO v_count, v_device
      FROM spoor.alias a WHERE a.kind = of_kind AND a.value = intake ->> of_kind AND a.device_id IS DISTINCT FROM other_than;
    IF v_count > 1 AND of_kind = 'serial' THEN
        RAISE 'Several devices have this serial number; scan the label of the right one' USING ERRCODE = 'SP409', DETAIL = 'field=serial';
    ELSIF v_count > 1 THEN
        RAISE 'Several devices have this asset tag; scan the label of the right one' USING ERRCODE = 'SP409', DETAIL = 'field=asset_tag';
    END IF;
    RETURN v_device;
END $$;

-- Refuses a number on a device that the rest of what was typed does not fit.
CREATE OR REPLACE FUNCTION spoor.refuse_contradiction(intake jsonb, of_kind text, of_device uuid)
RETURNS void LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_typed text := spoor.intake_contradicts(intake, of_device);
BEGIN
    IF v_typed IS NULL THEN
        RETURN;
    ELSIF of_kind = 'serial' THEN
        RAISE 'This serial number is on %, not on %. Clear make and model to take that one in, or look at the number again.',
            spoor.device_called(of_device), btrim(concat_ws(' ', intake ->> 'make', intake ->> 'model'))
            USING ERRCODE = 'SP409', DETAIL = 'field=serial';
    END IF;
    RAISE 'This asset tag is on %, not on %. Look at what you typed again, or leave the tag empty.', spoor.device_called(of_device), v_typed
        USING ERRCODE = 'SP409', DETAIL = 'field=asset_tag';
END $$;

-- A number that another device has: that one is meant, whichever way it came here again.
CREATE OR REPLACE FUNCTION spoor.refuse_twice(intake jsonb, of_kind text, of_device uuid)
RETURNS void LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    other    uuid := spoor.device_with(intake, of_kind, of_device);
    v_number text;
BEGIN
    IF other IS NULL THEN
        RETURN;
    END IF;
    PERFORM spoor.refuse_contradiction(intake, of_kind, other);
    SELECT r.number INTO v_number FROM spoor.repair r WHERE r.device_id = other AND r.closed_at IS NULL AND r.returned_at IS NULL;
    IF FOUND THEN
        RAISE 'This device is in repair already, as %', v_number USING ERRCODE = 'SP409', DETAIL = 'field=' || of_kind;
    ELSIF of_kind = 'serial' THEN
        RAISE '% has this serial number and is known here: put the label on it, and take that one in.', spoor.device_called(other)
            USING ERRCODE = 'SP409', DETAIL = 'field=serial';
    END IF;
    RAISE '% has this asset tag and is known here: put the label on it, and take that one in.', spoor.device_called(other)
        USING ERRCODE = 'SP409', DETAIL = 'field=asset_tag';
END $$;

-- Takes a device in: finds or makes the device and its owner, links a label, opens the repair, records the events.
-- intake -> 'events' has event_id, said and mac (ledger/submission.h) for each event that this may record.
-- One transaction; the same event_id again gives the same repair (outcome replayed) and puts the new link in force.
CREATE OR REPLACE FUNCTION spoor.take_in(intake jsonb)
RETURNS TABLE (outcome text, repair_id uuid, number text, device_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_event  uuid := (intake ->> 'event_id')::uuid;
    v_actor  uuid := (intake ->> 'actor')::uuid;
    v_device uuid := (intake ->> 'device_id')::uuid;
    v_owner  uuid := (intake ->> 'owner_id')::uuid;
    v_label  text := intake ->> 'label';
    v_repair uuid;
    v_number text;
    v_year   smallint := extract(year FROM now())::smallint;
    v_kind   text;
    v_by     text := 'serial';                                     -- what the device was found by
    linked   spoor.label%ROWTYPE;
    open     spoor.repair%ROWTYPE;
    batch    jsonb := '[]';
    result   record;
    v_typed  text;
    same     boolean;
BEGIN
    PERFORM FROM spoor.ledger_head FOR UPDATE;                     -- one intake at a time
    SELECT v.repair_id, v.kind = 'received' AND v.repair_id IS NOT NULL AND v.actor_id = v_actor INTO v_repair, same FROM spoor.event v WHERE v.event_id = v_event;
    IF FOUND THEN
        IF NOT same THEN
            RAISE 'This form was used for another record; open a new one' USING ERRCODE = 'SP409';
        END IF;
        IF EXISTS (SELECT FROM spoor.repair r WHERE r.id = v_repair AND r.link_hash IS DISTINCT FROM (intake ->> 'link_hash')::bytea) THEN
            RAISE 'This was recorded, and got another tracking link since; open the device for a receipt' USING ERRCODE = 'SP409';
        END IF;
        RETURN QUERY SELECT 'replayed', r.id, r.number, r.device_id FROM spoor.repair r WHERE r.id = v_repair;
        RETURN;
    END IF;

    IF v_label IS NOT NULL THEN
        SELECT * INTO linked FROM spoor.label l WHERE l.code = v_label;
        IF NOT FOUND OR linked.revoked_at IS NOT NULL THEN
            RAISE 'This label was not made here, or it was revoked' USING ERRCODE = 'SP404', DETAIL = 'field=label';
        ELSIF linked.party_id IS NOT NULL OR linked.device_id <> v_device THEN
            RAISE 'This label belongs to something else already' USING ERRCODE = 'SP409', DETAIL = 'field=label';
        END IF;
        v_device := coalesce(v_device, linked.device_id);
    END IF;
    FOREACH v_kind IN ARRAY ARRAY['serial', 'asset_tag'] LOOP
        CONTINUE WHEN NOT intake ? v_kind;
        IF v_device IS NULL THEN
            v_device := spoor.device_with(intake, v_kind, NULL);
            v_by := v_kind;
            PERFORM spoor.refuse_contradiction(intake, v_kind, v_device);
        ELSIF linked.device_id IS NULL OR NOT (SELECT d.identified FROM spoor.device d WHERE d.id = v_device) THEN
            PERFORM spoor.refuse_twice(intake, v_kind, v_device);
        END IF;
    END LOOP;
    SELECT * INTO open FROM spoor.repair r WHERE r.device_id = v_device AND r.closed_at IS NULL;
    IF open.id IS NOT NULL AND open.returned_at IS NULL THEN
        IF linked.device_id IS NOT NULL THEN
            RAISE 'The device with this label, %, is in repair already, as %', spoor.device_called(v_device), open.number
                USING ERRCODE = 'SP409', DETAIL = 'field=label';
        END IF;
        RAISE 'This device is in repair already, as %', open.number USING ERRCODE = 'SP409', DETAIL = 'field=' || v_by;
    END IF;
    IF v_device IS NULL AND NOT intake ?| ARRAY['model', 'serial', 'asset_tag'] THEN
        RAISE 'Say which device it is: its model, serial number or asset tag' USING ERRCODE = 'SP400', DETAIL = 'field=model';
    END IF;
    v_typed := spoor.intake_contradicts(intake, v_device);
    IF v_typed IS NOT NULL AND linked.device_id IS NOT NULL THEN
        RAISE 'This label is on %, not on %. Clear the fields to take that one in, or use another label.',
            spoor.device_called(v_device), v_typed USING ERRCODE = 'SP409', DETAIL = 'field=label';
    ELSIF open.id IS NOT NULL THEN                                 -- returned, not yet closed: that visit is over
        PERFORM spoor.record_events(jsonb_build_array(coalesce(intake #> '{events,closed}',
            jsonb_build_object('event_id', md5(v_event || 'closed')::uuid)) || jsonb_build_object(
            'actor', v_actor, 'kind', 'closed', 'device_id', v_device)));
    END IF;

    IF v_owner IS NULL AND intake ? 'owner_email' THEN
        SELECT p.id INTO v_owner FROM spoor.party p
         WHERE p.kind = 'person' AND lower(p.email) = lower(intake ->> 'owner_email') ORDER BY p.created_at LIMIT 1;
    END IF;
    IF v_owner IS NULL THEN
        INSERT INTO spoor.party (kind, name, email, phone, language)
        VALUES ('person', intake ->> 'owner_name', intake ->> 'owner_email', intake ->> 'owner_phone',
                coalesce(intake ->> 'owner_language', 'en')) RETURNING id INTO v_owner;
    END IF;

    IF v_device IS NULL THEN
        INSERT INTO spoor.device (kind, make, model, owner_id)
        VALUES (coalesce(intake ->> 'kind', 'laptop'), coalesce(intake ->> 'make', ''),
                coalesce(intake ->> 'model', ''), v_owner) RETURNING id INTO v_device;
        batch := batch || jsonb_strip_nulls(coalesce(intake #> '{events,registered}',
            jsonb_build_object('event_id', md5(v_event || 'registered')::uuid)) || jsonb_build_object('actor', v_actor,
            'kind', 'registered', 'device_id', v_device, 'to', v_owner, 'happened_at', intake -> 'happened_at'));
    ELSE
        UPDATE spoor.device d SET owner_id = v_owner, identified = true,
            make = CASE WHEN d.identified THEN d.make ELSE coalesce(intake ->> 'make', '') END,
            model = CASE WHEN d.identified THEN d.model ELSE coalesce(intake ->> 'model', '') END,
            kind = CASE WHEN d.identified THEN d.kind ELSE coalesce(intake ->> 'kind', 'laptop') END
         WHERE d.id = v_device;
    END IF;
    INSERT INTO spoor.alias (device_id, kind, value)
    SELECT v_device, a.kind, intake ->> a.kind FROM (VALUES ('serial'), ('asset_tag')) AS a (kind)
     WHERE intake ->> a.kind IS NOT NULL ON CONFLICT DO NOTHING;

    INSERT INTO spoor.repair_counter AS c VALUES (v_year, 1) ON CONFLICT (year) DO UPDATE SET last = c.last + 1
        RETURNING format('R-%s-%s', c.year, lpad(c.last::text, 6, '0')) INTO v_number;
    INSERT INTO spoor.repair (number, device_id, owner_id, problem, condition, accessories, expected_on, expected_before,
                              link_hash, opened_at)
    VALUES (v_number, v_device, v_owner, intake ->> 'problem', coalesce(intake ->> 'condition', ''),
            coalesce(intake ->> 'accessories', ''), (intake ->> 'expected_on')::date,
            (intake ->> 'expected_before')::time, (intake ->> 'link_hash')::bytea,
            coalesce((intake ->> 'happened_at')::timestamptz, now()))
    RETURNING id INTO v_repair;

    IF v_label IS NOT NULL AND linked.device_id IS NULL THEN
        batch := batch || jsonb_strip_nulls(coalesce(intake #> '{events,label_linked}',
            jsonb_build_object('event_id', md5(v_event || 'label_linked')::uuid)) || jsonb_build_object('actor', v_actor, 'kind', 'label_linked', 'device_id', v_device, 'happened_at', intake ->> 'happened_at',
            'detail', jsonb_build_object('label', v_label)));
    END IF;
    batch := batch || jsonb_strip_nulls(coalesce(intake #> '{events,received}', '{}') || jsonb_build_object('event_id', v_event, 'actor', v_actor, 'kind', 'received',
        'device_id', v_device, 'repair_id', v_repair, 'place', intake ->> 'place', 'happened_at', intake ->> 'happened_at',
        'offset_minutes', intake -> 'offset_minutes', 'public_note', intake ->> 'public_note',
        'private_note', intake ->> 'private_note'));
    FOR result IN SELECT * FROM spoor.record_events(batch) LOOP
        IF result.outcome <> 'recorded' THEN
            RAISE '%', coalesce(result.message, 'this was not recorded') USING ERRCODE = 'SP400';
        END IF;
    END LOOP;
    RETURN QUERY SELECT 'recorded', v_repair, v_number, v_device;
END $$;

-- Puts a new tracking link in force; the old one is dead from then on.
CREATE OR REPLACE FUNCTION spoor.reissue_link(repair_number text, new_link_hash bytea, by_actor uuid)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE spoor.repair r SET link_hash = new_link_hash WHERE r.number = repair_number;
    IF NOT FOUND THEN
        RAISE 'There is no repair %', repair_number USING ERRCODE = 'SP404';
    END IF;
    INSERT INTO spoor.admin_action (actor_id, action, target) VALUES (by_actor, 'link_reissued', repair_number);
    RETURN repair_number;
END $$;
