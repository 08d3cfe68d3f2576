-- Who may do what. Renewed with every migrate; nothing is granted elsewhere.
REVOKE ALL ON ALL TABLES IN SCHEMA spoor FROM PUBLIC, spoor_app, spoor_public, spoor_audit, spoor_seal;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA spoor FROM PUBLIC, spoor_app, spoor_public, spoor_audit, spoor_seal;
GRANT USAGE ON SCHEMA spoor TO spoor_seal;

GRANT EXECUTE ON FUNCTION spoor.record_events, spoor.take_in, spoor.reissue_link, spoor.add_account, spoor.set_up,
    spoor.set_password, spoor.enable_account, spoor.set_roles, spoor.add_scanner, spoor.enroll_scanner,
    spoor.revoke_scanner, spoor.add_token, spoor.add_party, spoor.add_device, spoor.identify_device, spoor.mint_labels,
    spoor.settle_review, spoor.revoke_token, spoor.revoke_label, spoor.own_sessions, spoor.end_sessions,
    spoor.set_language, spoor.sign_in_lookup, spoor.open_session, spoor.touch_session, spoor.close_session,
    spoor.bearer_lookup, spoor.sign_in_begin, spoor.sign_in_over, spoor.note_refused, spoor.erasable,
    spoor.erase_person, spoor.scanner_gaps, spoor.give_badge, spoor.label_place TO spoor_app;
GRANT EXECUTE ON FUNCTION spoor.closes_at, spoor.left_by_undo, spoor.tracked_device TO spoor_app;
GRANT EXECUTE ON FUNCTION spoor.id_in TO spoor_app, spoor_audit, spoor_seal;
GRANT EXECUTE ON FUNCTION spoor.erased_by, spoor.claimed, spoor.erased_at_seq, spoor.held_since, spoor.placed_since, spoor.sealed_name TO spoor_app, spoor_audit;
GRANT EXECUTE ON FUNCTION spoor.begin_sealing, spoor.hold_sealing, spoor.store_sealed, spoor.report_sealing,
    spoor.add_notice, spoor.resume_after_restore, spoor.erase_again, spoor.erasable, spoor.erase_person TO spoor_seal;
GRANT EXECUTE ON FUNCTION spoor.track, spoor.track_events, spoor.found TO spoor_public, spoor_app;
GRANT EXECUTE ON FUNCTION spoor.changed_since TO spoor_public;

GRANT SELECT ON spoor.phase, spoor.step, spoor.reason, spoor.event_kind, spoor.event_flag, spoor.party, spoor.actor,
    spoor.account, spoor.device, spoor.alias, spoor.label, spoor.label_batch, spoor.event, spoor.opening, spoor.custody,
    spoor.review, spoor.admin_action, spoor.ledger_head, spoor.notice, spoor.erasure_reason, spoor.ledger_entry, spoor.tile,
    spoor.checkpoint, spoor.sealing, spoor.refused_number, spoor.review_count TO spoor_app, spoor_audit;
GRANT SELECT ON spoor.sealable TO spoor_seal, spoor_app, spoor_audit;
GRANT SELECT ON spoor.auditable TO spoor_app, spoor_audit;
GRANT SELECT ON spoor.event, spoor.event_kind, spoor.step, spoor.reason, spoor.opening, spoor.ledger_head, spoor.notice,
    spoor.erasure_reason, spoor.ledger_entry, spoor.tile, spoor.checkpoint, spoor.sealing TO spoor_seal;
GRANT SELECT ON spoor.checkpoint, spoor.ledger_entry, spoor.tile TO spoor_public;
GRANT SELECT (id, number, device_id, owner_id, problem, condition, accessories, outcome, opened_at, returned_at,
    closed_at, expected_on, expected_before, expected_was, link_until) ON spoor.repair TO spoor_app, spoor_audit;
GRANT SELECT (id, enroll_until, enrolled_at, revoked_at, seen_at, created_at, sign_key, server, first_seq) ON spoor.scanner TO spoor_app, spoor_audit;
GRANT SELECT (id, roles, created_at, revoked_at, seen_at) ON spoor.api_token TO spoor_app, spoor_audit;

-- Against accidents of those who may do everything: history is not rewritten by mistake.
CREATE OR REPLACE FUNCTION spoor.refuse_rewrite() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE 'events are only ever added' USING ERRCODE = 'SP403';
END $$;
CREATE OR REPLACE TRIGGER event_only_grows BEFORE DELETE OR TRUNCATE ON spoor.event
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.refuse_rewrite();
-- Only the detail may change, only of an event whose detail an erasure took, and only so that one whom it names is no longer named. The
-- id is looked for from each place on: what a sender wrote before it may look like the beginning of another.
CREATE OR REPLACE FUNCTION spoor.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - 'detail' <> to_jsonb(OLD) - 'detail' OR NEW.detail IS NULL
       OR NOT EXISTS (SELECT FROM spoor.notice n WHERE n.target = OLD.event_id AND 24 = ANY (n.erased))
       OR NOT EXISTS (SELECT FROM generate_series(1, length(OLD.detail::text)) n CROSS JOIN substr(OLD.detail::text, n, 36) id
                       WHERE id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                         AND regexp_replace(OLD.detail::text, id, '(erased)', 'gi')::jsonb = NEW.detail) THEN
        RAISE 'events are only ever added' USING ERRCODE = 'SP403';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER event_stays BEFORE UPDATE ON spoor.event FOR EACH ROW EXECUTE FUNCTION spoor.refuse_change();
CREATE OR REPLACE TRIGGER notice_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON spoor.notice
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.refuse_rewrite();
CREATE OR REPLACE TRIGGER entry_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON spoor.ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.refuse_rewrite();
CREATE OR REPLACE TRIGGER checkpoint_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON spoor.checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION spoor.refuse_rewrite();
