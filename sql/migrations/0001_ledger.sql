-- The ledger and what stands around it. Everything lives in schema spoor; roles come from sql/roles.sql.
-- Times are timestamptz, ids are random uuids, texts are UTF-8 (NFC) that C has checked before.

CREATE SCHEMA spoor;
GRANT USAGE ON SCHEMA spoor TO spoor_app, spoor_public, spoor_audit;

-- Vocabulary: rows, not C ------------------------------------------------------------------------------------------

CREATE TABLE spoor.phase (
    name     text PRIMARY KEY,
    position smallint NOT NULL UNIQUE,
    label_en text NOT NULL,
    label_nl text NOT NULL
);
COMMENT ON TABLE spoor.phase IS 'The six public phases; fixed.';

CREATE TABLE spoor.step (
    name     text PRIMARY KEY CHECK (name ~ '^[a-z][a-z_]{0,39}$'),
    number   smallint NOT NULL UNIQUE CHECK (number > 0),     -- stable: stands in the sealed entry
    phase    text NOT NULL REFERENCES spoor.phase,
    position smallint NOT NULL UNIQUE,                        -- forward is upward
    label_en text NOT NULL,
    label_nl text NOT NULL,
    biz_step text NOT NULL                                    -- EPCIS CBV
);
COMMENT ON TABLE spoor.step IS 'Where a repair stands; a desk adds its own rows.';

CREATE TABLE spoor.reason (
    code        text PRIMARY KEY CHECK (code ~ '^[A-Z][A-Z_]{0,39}$'),
    number      smallint NOT NULL UNIQUE CHECK (number > 0),  -- stable: stands in the sealed entry
    side        text NOT NULL CHECK (side IN ('it', 'owner', 'manager', 'supplier', 'vendor')),
    position    smallint NOT NULL UNIQUE,
    label_en    text NOT NULL,
    label_nl    text NOT NULL,
    sentence_en text NOT NULL,                                -- the public answer to "why is it not back yet?"
    sentence_nl text NOT NULL
);

CREATE TABLE spoor.event_kind (
    name   text PRIMARY KEY,
    number smallint NOT NULL UNIQUE CHECK (number BETWEEN 1 AND 255),
    public boolean NOT NULL                                   -- may stand on the tracking page
);

-- People, places, and who may act ----------------------------------------------------------------------------------

CREATE TABLE spoor.party (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind       text NOT NULL CHECK (kind IN ('person', 'team', 'place', 'vendor', 'courier')),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    email      text CHECK (length(email) <= 254),
    phone      text CHECK (length(phone) <= 40),
    language   text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'nl')),
    named      boolean NOT NULL DEFAULT false,                -- agreed that owners see this first name
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at  timestamptz
);
CREATE INDEX party_by_email ON spoor.party (lower(email)) WHERE email IS NOT NULL;
CREATE INDEX party_by_name ON spoor.party (lower(name) text_pattern_ops);

CREATE TABLE spoor.actor (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind     text NOT NULL CHECK (kind IN ('account', 'scanner', 'token', 'system')),
    party_id uuid NOT NULL REFERENCES spoor.party,            -- who holds what this actor takes over
    name     text NOT NULL CHECK (length(name) BETWEEN 1 AND 120)
);
COMMENT ON TABLE spoor.actor IS 'Whoever can record: an account, a scanner, an API token, the service itself.';

CREATE TABLE spoor.account (
    id          uuid PRIMARY KEY REFERENCES spoor.actor,
    login       text NOT NULL UNIQUE CHECK (login ~ '^[a-z0-9][a-z0-9._@-]{0,63}$'),
    roles       text[] NOT NULL CHECK (roles <@ ARRAY['technician', 'lead', 'auditor', 'editor', 'admin']
                                       AND cardinality(roles) > 0),
    place_id    uuid REFERENCES spoor.party,                  -- the bench, remembered
    language    text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'nl')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz
);

CREATE TABLE spoor.credential (                               -- read by functions only
    account_id    uuid PRIMARY KEY REFERENCES spoor.account,
    password_hash text NOT NULL,
    changed_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE spoor.session (
    id_hash    bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    id         uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(), -- to name it by; opens nothing
    account_id uuid NOT NULL REFERENCES spoor.account,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    agent      text CHECK (length(agent) <= 200)
);
CREATE INDEX session_by_account ON spoor.session (account_id);

CREATE TABLE spoor.sign_in_failure (
    key      text PRIMARY KEY CHECK (length(key) <= 120),     -- "account:noor", "address:192.0.2.7"
    failures integer NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL
);

CREATE TABLE spoor.scanner (
    id             uuid PRIMARY KEY REFERENCES spoor.actor,
    enroll_hash    bytea UNIQUE,                              -- of the one-time code; NULL once it was used
    enroll_until   timestamptz,
    key_hash       bytea UNIQUE,                              -- of the key that the scanner keeps
    enrolled_at    timestamptz,
    revoked_at     timestamptz,
    seen_at        timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE spoor.api_token (
    id         uuid PRIMARY KEY REFERENCES spoor.actor,
    token_hash bytea NOT NULL UNIQUE,
    roles      text[] NOT NULL CHECK (roles <@ ARRAY['technician', 'lead', 'auditor', 'editor', 'admin']
                                      AND cardinality(roles) > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    seen_at    timestamptz
);

-- Devices and their codes ------------------------------------------------------------------------------------------

CREATE TABLE spoor.device (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind       text NOT NULL DEFAULT 'laptop' CHECK (length(kind) BETWEEN 1 AND 40),
    make       text NOT NULL DEFAULT '' CHECK (length(make) <= 80),
    model      text NOT NULL DEFAULT '' CHECK (length(model) <= 120),
    owner_id   uuid REFERENCES spoor.party,
    identified boolean NOT NULL DEFAULT true,                 -- false: only a code was seen so far
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX device_by_owner ON spoor.device (owner_id);

CREATE TABLE spoor.alias (
    device_id uuid NOT NULL REFERENCES spoor.device,
    kind      text NOT NULL CHECK (kind IN ('serial', 'asset_tag', 'vendor_rma', 'other')),
    value     text NOT NULL CHECK (length(value) BETWEEN 1 AND 120),
    added_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (value, device_id, kind)                      -- two devices may share a value: then none is guessed
);
CREATE INDEX alias_by_device ON spoor.alias (device_id);

CREATE TABLE spoor.label_batch (
    name      text PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    minted_at timestamptz NOT NULL DEFAULT now(),
    count     integer NOT NULL CHECK (count > 0)
);

CREATE TABLE spoor.label (
    code       text PRIMARY KEY CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{10}$' AND code <> '0000000000'),
    batch      text NOT NULL REFERENCES spoor.label_batch,
    position   integer NOT NULL,                              -- in its batch, from 1
    device_id  uuid REFERENCES spoor.device,
    party_id   uuid REFERENCES spoor.party,
    linked_at  timestamptz,
    revoked_at timestamptz,
    UNIQUE (batch, position),
    CHECK (device_id IS NULL OR party_id IS NULL),
    CHECK ((linked_at IS NOT NULL) = (device_id IS NOT NULL OR party_id IS NOT NULL))
);
CREATE INDEX label_by_device ON spoor.label (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX label_by_party ON spoor.label (party_id) WHERE party_id IS NOT NULL;

-- Repairs ----------------------------------------------------------------------------------------------------------

CREATE TABLE spoor.repair_counter (
    year smallint PRIMARY KEY,
    last integer NOT NULL
);

CREATE TABLE spoor.repair (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number          text NOT NULL UNIQUE CHECK (number ~ '^R-[0-9]{4}-[0-9]{6,}$'),
    device_id       uuid NOT NULL REFERENCES spoor.device,
    owner_id        uuid NOT NULL REFERENCES spoor.party,
    problem         text NOT NULL CHECK (length(problem) BETWEEN 1 AND 2000),
    condition       text NOT NULL DEFAULT '' CHECK (length(condition) <= 2000),
    accessories     text NOT NULL DEFAULT '' CHECK (length(accessories) <= 500),
    outcome         text CHECK (outcome IN ('repaired', 'no_fault_found', 'replaced', 'unrepairable', 'cancelled',
                                            'lost', 'stolen')),
    opened_at       timestamptz NOT NULL DEFAULT now(),
    returned_at     timestamptz,
    closed_at       timestamptz,
    expected_on     date,                                     -- the promise to the owner
    expected_before time,
    expected_was    date,                                     -- the promise before it moved
    link_hash       bytea UNIQUE CHECK (length(link_hash) = 32), -- keyed hash of the tracking link's secret
    link_until      timestamptz                               -- NULL: while the repair is open, and 90 days after
);
CREATE UNIQUE INDEX repair_open_once ON spoor.repair (device_id) WHERE closed_at IS NULL;
CREATE INDEX repair_by_device ON spoor.repair (device_id, opened_at DESC);
CREATE INDEX repair_by_owner ON spoor.repair (owner_id);

-- The ledger -------------------------------------------------------------------------------------------------------

CREATE TABLE spoor.ledger_head (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    next_seq    bigint NOT NULL,
    recorded_at timestamptz NOT NULL                          -- of the latest event; never decreases
);
COMMENT ON TABLE spoor.ledger_head IS 'Locked by every writer until it commits: seq is gap-free and in commit order.';

CREATE TABLE spoor.event (
    seq            bigint PRIMARY KEY,
    event_id       uuid NOT NULL UNIQUE,                      -- made by the client: the idempotency key
    device_id      uuid NOT NULL REFERENCES spoor.device,
    device_seq     integer NOT NULL CHECK (device_seq >= 0),
    repair_id      uuid REFERENCES spoor.repair,
    kind           text NOT NULL REFERENCES spoor.event_kind,
    recorded_at    timestamptz NOT NULL,
    happened_at    timestamptz NOT NULL,                      -- as the sender's clock said
    offset_minutes smallint NOT NULL CHECK (offset_minutes BETWEEN -1080 AND 1080),
    actor_id       uuid NOT NULL REFERENCES spoor.actor,
    scanner_id     uuid REFERENCES spoor.scanner,
    scanner_seq    bigint CHECK (scanner_seq > 0),
    from_id        uuid REFERENCES spoor.party,               -- holder before; NULL: the device was not known
    to_id          uuid NOT NULL REFERENCES spoor.party,      -- holder after, also when custody did not change
    place_id       uuid REFERENCES spoor.party,               -- place after
    step           text REFERENCES spoor.step,                -- step after
    waiting        text REFERENCES spoor.reason,              -- what is waited for after; NULL: nothing
    reason         text REFERENCES spoor.reason,              -- given with this event
    corrects       uuid REFERENCES spoor.event (event_id),
    flags          smallint NOT NULL DEFAULT 0,               -- sum of: see spoor.event_flag
    detail         jsonb,                                     -- facts without a column: skipped, expected_on, label …
    content_hash   bytea NOT NULL,                            -- SHA-256 of what was submitted: replay or conflict?
    UNIQUE (device_id, device_seq),
    UNIQUE (scanner_id, scanner_seq),
    CHECK ((scanner_id IS NULL) = (scanner_seq IS NULL))
);
CREATE INDEX event_by_repair ON spoor.event (repair_id, seq) WHERE repair_id IS NOT NULL;
CREATE INDEX event_by_actor ON spoor.event (actor_id, seq);
CREATE INDEX event_by_correction ON spoor.event (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX event_flagged ON spoor.event (seq) WHERE flags <> 0;

CREATE TABLE spoor.event_flag (
    bit  smallint PRIMARY KEY,
    name text NOT NULL UNIQUE
);

CREATE TABLE spoor.opening (
    seq   bigint NOT NULL REFERENCES spoor.event,
    tag   smallint NOT NULL,   -- 17 holder after, 18 place, 19 device, 20 recorder, 21 public note, 22 private note
    value text NOT NULL,
    salt  bytea NOT NULL CHECK (length(salt) = 32),
    PRIMARY KEY (seq, tag)
);
COMMENT ON TABLE spoor.opening IS 'Values that can be erased, apart from the event row; tags as in the sealed entry.';

CREATE TABLE spoor.custody (
    device_id      uuid PRIMARY KEY REFERENCES spoor.device,
    custodian_id   uuid NOT NULL REFERENCES spoor.party,
    since          timestamptz NOT NULL,
    place_id       uuid REFERENCES spoor.party,
    repair_id      uuid REFERENCES spoor.repair,
    step           text REFERENCES spoor.step,
    step_since     timestamptz,
    waiting        text REFERENCES spoor.reason,
    waiting_since  timestamptz,
    next_update_on date,
    offered_to     uuid REFERENCES spoor.party,
    seq            bigint NOT NULL,
    device_seq     integer NOT NULL
);
COMMENT ON TABLE spoor.custody IS 'Who has each device now: exactly one custodian, written with the event.';
CREATE INDEX custody_by_custodian ON spoor.custody (custodian_id);
CREATE INDEX custody_by_step ON spoor.custody (step) WHERE repair_id IS NOT NULL;

-- A device without a custodian cannot be committed, nor can one be left behind.
ALTER TABLE spoor.device ADD CONSTRAINT device_has_custodian
    FOREIGN KEY (id) REFERENCES spoor.custody (device_id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE spoor.delivery (
    event_id   uuid PRIMARY KEY REFERENCES spoor.event (event_id),
    deliveries integer NOT NULL,
    last_at    timestamptz NOT NULL
);
COMMENT ON TABLE spoor.delivery IS 'Every replay writes here, so that its answer waits for the same durability.';

CREATE TABLE spoor.review (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT now(),
    event_id    uuid NOT NULL,
    actor_id    uuid NOT NULL REFERENCES spoor.actor,
    body        jsonb NOT NULL,
    body_hash   bytea NOT NULL,
    why         text NOT NULL,
    settled_at  timestamptz,
    UNIQUE (event_id, body_hash)
);
COMMENT ON TABLE spoor.review IS 'Same key, other content: kept for a person to look at, never dropped.';

CREATE TABLE spoor.admin_action (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT now(),
    actor_id uuid REFERENCES spoor.actor,                     -- NULL: the command line on the database's host
    action   text NOT NULL,
    target   text NOT NULL,
    detail   jsonb
);

INSERT INTO spoor.ledger_head VALUES (true, 0, '-infinity');

INSERT INTO spoor.event_flag VALUES (1, 'custody_break'), (2, 'late'), (4, 'clock_suspect'), (8, 'unusual_step'),
    (16, 'unknown_device'), (32, 'revoked_sender');

INSERT INTO spoor.event_kind (number, name, public) VALUES
    (1, 'received', true), (2, 'handed_over', true), (3, 'moved', false), (4, 'step', true), (5, 'waiting', true),
    (6, 'waiting_ended', true), (7, 'note', true), (8, 'question', true), (9, 'answer', true), (10, 'eta', true),
    (11, 'returned', true), (12, 'closed', true), (13, 'reopened', true), (14, 'corrected', false),
    (15, 'label_linked', false), (16, 'label_revoked', false), (17, 'offered', false), (18, 'accepted', false),
    (19, 'refused', false), (20, 'erased', false), (21, 'announced', true), (22, 'registered', false);

INSERT INTO spoor.phase (position, name, label_en, label_nl) VALUES
    (1, 'announced', 'Announced', 'Aangemeld'), (2, 'received', 'Received', 'Ontvangen'),
    (3, 'diagnosis', 'Diagnosis', 'Onderzoek'), (4, 'repair', 'Repair', 'Reparatie'),
    (5, 'ready', 'Ready', 'Klaar'), (6, 'returned', 'Returned', 'Terug');

INSERT INTO spoor.step (number, position, name, phase, label_en, label_nl, biz_step) VALUES
    (1, 10, 'announced', 'announced', 'Announced', 'Aangemeld', 'reserving'),
    (2, 20, 'intake', 'received', 'Intake', 'Inname', 'receiving'),
    (3, 30, 'diagnosis', 'diagnosis', 'Diagnosis', 'Onderzoek', 'inspecting'),
    (4, 40, 'repair', 'repair', 'Repair', 'Reparatie', 'repairing'),
    (5, 50, 'vendor', 'repair', 'At the vendor', 'Bij de leverancier', 'repairing'),
    (6, 60, 'quality_check', 'repair', 'Quality check', 'Eindcontrole', 'repairing'),
    (7, 70, 'ready', 'ready', 'Ready', 'Klaar', 'staging_outbound'),
    (8, 80, 'return', 'returned', 'Returned', 'Terug', 'collecting');

INSERT INTO spoor.reason (number, position, code, side, label_en, label_nl, sentence_en, sentence_nl) VALUES
    (1, 10, 'PARTS_ORDERED', 'supplier', 'Waiting for a part', 'Wacht op een onderdeel',
        'A part has been ordered and is on its way to us.', 'Er is een onderdeel besteld; het is onderweg naar ons.'),
    (2, 20, 'PARTS_BACKORDER', 'supplier', 'Part out of stock', 'Onderdeel niet op voorraad',
        'The part is out of stock at the supplier. We keep asking for the date.',
        'Het onderdeel is bij de leverancier niet op voorraad. Wij blijven naar de datum vragen.'),
    (3, 30, 'VENDOR_REPAIR', 'vendor', 'At the manufacturer', 'Bij de fabrikant',
        'The manufacturer is repairing it.', 'De fabrikant repareert het.'),
    (4, 40, 'WAIT_ANSWER', 'owner', 'Waiting for your answer', 'Wacht op uw antwoord',
        'We asked you something and need your answer to go on.',
        'Wij hebben u iets gevraagd en hebben uw antwoord nodig om verder te gaan.'),
    (5, 50, 'WAIT_APPROVAL', 'manager', 'Waiting for approval', 'Wacht op goedkeuring',
        'Your manager needs to approve the costs.', 'Uw leidinggevende moet de kosten goedkeuren.'),
    (6, 60, 'WAIT_PICKUP', 'owner', 'Waiting for you to collect it', 'Wacht tot u het ophaalt',
        'It is ready. You can collect it at the IT desk.', 'Het is klaar. U kunt het ophalen bij de IT-balie.'),
    (7, 70, 'WAIT_DEVICE', 'owner', 'Waiting for the device', 'Wacht op het apparaat',
        'We have not received the device yet.', 'Wij hebben het apparaat nog niet ontvangen.'),
    (8, 80, 'QUEUE', 'it', 'In the queue', 'In de wachtrij',
        'It stands in the queue: others were handed in before it.', 'Het staat in de wachtrij: andere zijn eerder ingeleverd.'),
    (9, 90, 'DATA_BACKUP', 'it', 'Backing up files', 'Bestanden veiligstellen',
        'We are making a copy of your files before we go on.', 'Wij maken eerst een kopie van uw bestanden.'),
    (10, 100, 'SECURITY_CHECK', 'it', 'Security check', 'Beveiligingscontrole',
        'A security check is running.', 'Er loopt een beveiligingscontrole.'),
    (11, 110, 'REINSTALL', 'it', 'Being reinstalled', 'Wordt opnieuw ingericht',
        'The system is being installed anew.', 'Het systeem wordt opnieuw geïnstalleerd.'),
    (12, 120, 'NO_FAULT_YET', 'it', 'Fault not found yet', 'Fout nog niet gevonden',
        'The fault has not shown itself yet. We keep testing.', 'De fout heeft zich nog niet laten zien. Wij testen door.'),
    (13, 130, 'QC_FAILED', 'it', 'Goes back to the bench', 'Gaat terug naar de werkbank',
        'Our final check found something. We are putting it right.', 'Onze eindcontrole vond iets. Wij lossen het op.'),
    (14, 140, 'CAPACITY', 'it', 'More work than hands', 'Meer werk dan handen',
        'There is more work than we can handle this week.', 'Er is deze week meer werk dan wij aankunnen.'),
    (15, 150, 'OTHER', 'it', 'Waiting', 'Wacht', 'Something holds it up. See the note.', 'Iets houdt het op. Zie de toelichting.');

-- Who acts when an administrator works on the command line.
WITH team AS (INSERT INTO spoor.party (kind, name) VALUES ('team', 'IT desk') RETURNING id)
INSERT INTO spoor.actor (kind, party_id, name) SELECT 'system', id, 'Command line' FROM team;
