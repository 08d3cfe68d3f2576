-- Finding whom a scan names, in what its scanner signed.
BEGIN;
SELECT plan(13);
SET client_min_messages = warning;
SELECT spoor.mint_labels('t', ARRAY['7K3M9QXFDT'], NULL);
CREATE TEMP TABLE ids AS SELECT spoor.add_party('person', 'Ann', NULL, NULL, '7K3M9QXFDT') AS ann, spoor.add_party('person', 'Ben', NULL, NULL) AS ben;
-- A value of tag 21 with one field of this number in it.
CREATE FUNCTION pg_temp.signature(number int, said text) RETURNS text LANGUAGE sql AS $$
    SELECT 'ed25519 00 00 ' || encode('spoor-scan/v1\000'::bytea || '\x010000000161'::bytea || set_byte('\x00', 0, number) || int4send(octet_length(said))
        || convert_to(said, 'UTF8') || '\x0b0000000161'::bytea, 'hex') $$;
SELECT is(spoor.signed_receiver(pg_temp.signature(9, 'Zoë')), 'Zoë', 'the receiver is what stands in the field 09');
SELECT is(spoor.signed_receiver(pg_temp.signature(8, 'QUEUE')), NULL, 'and nobody where there is none');
SELECT is(spoor.signed_receiver(x), NULL, 'nor in what is no signature: ' || left(x, 40)) FROM unnest(ARRAY['', 'ed25519 key signature statement',
    'ed25519 00 00 73', 'ed25519 00 00 00ffffffff', 'ed25519 00 00 0009ffffffff61', 'ed25519 00 00 000900000001ff']) x;
SELECT is((SELECT array_agg(spoor.is_signed(ann, pg_temp.signature(9, x)) ORDER BY n) FROM unnest(ARRAY['7K3M9QXFDT', '7k3m9-qxfdt', 'HTTPS://FIX.EXAMPLE/D/7K3M9QXFDT', ann::text, '7K3M9QXFD0']) WITH ORDINALITY u (x, n)),
    '{t,t,t,t,f}', 'a badge is read in all its forms, an id as it is') FROM ids;
SELECT is(spoor.is_signed(ben, pg_temp.signature(9, '7K3M9QXFDT')), false, 'of the one who has it') FROM ids;
SELECT is(spoor.is_signed(ann, pg_temp.signature(17, ann::text)), true, 'an id is found wherever it was signed, as the holder before') FROM ids;
SELECT is(spoor.is_signed(ann, NULL), NULL, 'no signature names nobody') FROM ids;
SELECT throws_ok(format('SELECT spoor.erase_person(%L, NULL, ''REQUEST'', NULL, NULL, NULL)', gen_random_uuid()), 'SP404', NULL, 'nobody is not erased');
SELECT * FROM finish();
ROLLBACK;
