// Whoever rules the database changes the ledger: the sealer stops with an alarm, or the auditor's tool finds it at home.
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { enrolScanner, signed } from '../support/raw_scanner.mjs';
import { Ledger, move, record, startPostgres } from './lab.mjs';

// Of every form that JSON has: the database writes it in its own way, and the mark must know it again.
const detail = { zz: { b: [1.5, -2, 3e-7, 9007199254740992, 'é\u0001"\\/\u{1F527}', null, true, [], {}], a: '' }, expected_on: '2026-12-24', '': 0.1, nothing: {}, status: 'claimed', insurance: { claimed: true }, 'skipped claimed': 1 };

let postgres, ledger, token, key, leaving, sealed, unsealed, checkpoint;

before(async () => {
  postgres = startPostgres();
  ledger = new Ledger(postgres);
  const service = await ledger.serve({ demo: true });
  token = (await ledger.spoord('token', 'add', 'bench', '--role', 'technician')).out.trim();
  await ledger.spoord('account', 'add', 'leaving', '--role', 'technician', '--name', 'Leaving Soon');
  leaving = ledger.sql("SELECT id FROM party WHERE name = 'Leaving Soon'");
  for (const n of [1, 2, 3]) await ledger.spoord('device', 'add', '--model', 'Fault', '--serial', `FAULT-${n}`);
  await record(service, token, [move('FAULT-1', { public_note: 'on the bench' }), move('FAULT-2'), move('FAULT-1'), move('FAULT-3', { kind: 'handed_over', to: leaving })]);
  assert.equal((await ledger.sealOnce()).code, 0);
  sealed = ledger.sealedSize();
  // What comes now is recorded, and not sealed yet.
  for (const events of [[move('FAULT-1', { public_note: 'a fan', detail })], [move('FAULT-2')], [move('FAULT-1')], [move('FAULT-2', { public_note: 'a screen' })]])
    await record(service, token, events);
  const ago = (kind, hours, more) => move('FAULT-2', { kind, happened_at: new Date(Date.now() - hours * 3600e3).toISOString(), ...more });
  const late = [];
  for (const event of [ago('waiting', 1, { reason: 'PARTS_ORDERED' }), ago('waiting', 2, { reason: 'QUEUE' }), ago('moved', 3)])
    late.push(...(await record(service, token, [event])));
  assert.deepEqual(late.map(({ flags }) => flags.includes('overtaken')), [false, true, true]);
  const scanner = await enrolScanner(service, { account: 'noor' });
  for (const step of ['diagnosis', 'repair', 'quality_check'])
    await record(service, scanner.token, [signed(scanner, move('FAULT-3', { kind: 'step', step, scanner_seq: scanner.next++ }))]);
  await service.stop();
  unsealed = Number(ledger.sql('SELECT next_seq FROM ledger_head')) - sealed;
  key = await ledger.key();
  checkpoint = newest();
  ledger.remember();
}, { timeout: 120000 });
after(() => postgres?.stop());

const newest = () => `${ledger.sql('SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1')}\n`;

async function attacked(sql, check) {
  try {
    if (sql) ledger.sql(sql);
    await check();
  } finally {
    ledger.reset();
  }
}

test('an honest ledger is sealed to its end and has no finding', () =>
  attacked('', async () => {
    assert.equal((await ledger.sealOnce()).code, 0);
    assert.equal(ledger.sealedSize(), sealed + unsealed);
    const { code, findings, out } = await ledger.audit(key, '--warnings');
    assert.equal(code, 0, out);
    assert.deepEqual(findings.filter((one) => one !== 'F14'), [], 'no warning but that some came late');
  }));

// The last sealed record of FAULT-1, as $last; the first record that is not sealed, as $next.
const told = (sql) => sql.replaceAll('$last', `(SELECT max(v.seq) FROM event v JOIN alias a USING (device_id) WHERE a.value = 'FAULT-1' AND v.seq < ${sealed})`)
  .replaceAll('$next', String(sealed)).replaceAll('$noted', `(SELECT min(o.seq) FROM opening o WHERE o.value = 'on the bench')`);

const swap = (one, other, columns) => `
  CREATE TEMP TABLE two AS SELECT * FROM event WHERE seq IN (${one}, ${other});
  UPDATE event SET event_id = gen_random_uuid() WHERE seq IN (${one}, ${other});
  UPDATE event e SET ${columns.map((c) => `${c} = t.${c}`).join(', ')} FROM two t WHERE t.seq = CASE e.seq WHEN ${one} THEN ${other} WHEN ${other} THEN ${one} END;`;
const exchange = (one, other) => `UPDATE event SET seq = -seq WHERE seq IN (${one}, ${other});
  UPDATE event SET seq = CASE -seq WHEN ${one} THEN ${other} ELSE ${one} END WHERE seq < 0;`;

const afterSealing = [
  ['a time that was altered', `UPDATE event SET happened_at = happened_at - interval '1 day' WHERE seq = $last`, ['F08']],
  ['another actor on a record', `UPDATE event SET actor_id = (SELECT id FROM actor WHERE kind = 'system') WHERE seq = $last`, ['F08']],
  ['a note that was altered', `UPDATE opening SET value = 'nothing of the kind' WHERE seq = $noted AND tag = 21`, ['F08']],
  ['a salt that was altered', `UPDATE opening SET salt = sha256(salt) WHERE seq = $noted AND tag = 21`, ['F08']],
  ['one bit flipped in an entry', `UPDATE ledger_entry SET entry = set_bit(entry, 300, 1 - get_bit(entry, 300)) WHERE seq = $last`, ['F03', 'F16']],
  ['a row that was deleted', `DELETE FROM event WHERE seq = $last`, ['F09']],
  ['a value that was deleted without an erasure', `DELETE FROM opening WHERE seq = $noted AND tag = 21`, ['F09']],
  ['rows that were renumbered', exchange(`$next - 1`, `$next - 2`), ['F08']],
  ['two records of a device swapped', `${swap('$last', '$noted', ['event_id', 'happened_at', 'content_hash', 'mac'])}`, ['F08']],
  ['a record put in by hand, dated last week, under a number that was never given',
    `INSERT INTO event SELECT (jsonb_populate_record(v, jsonb_build_object('seq', -7, 'event_id', gen_random_uuid(), 'device_seq', 1000,
       'recorded_at', v.recorded_at - interval '7 days'))).* FROM event v WHERE v.seq = $last`, ['F10', 'F16']],
  ['a record put in by hand in the place of another',
    `UPDATE event SET seq = 100000, device_seq = 100000 WHERE seq = $last;
     INSERT INTO event SELECT (jsonb_populate_record(v, jsonb_build_object('seq', $next - 1, 'event_id', gen_random_uuid(), 'device_seq', 1000,
       'recorded_at', v.recorded_at - interval '7 days'))).* FROM event v WHERE v.seq = 100000 ON CONFLICT (seq) DO NOTHING`, ['F08', 'F09']],
];
for (const [name, sql, codes] of afterSealing)
  test(`after sealing: ${name} is found at home`, () =>
    attacked(told(sql), async () => {
      const { code, findings, out } = await ledger.audit(key);
      assert.equal(code, 1, out);
      assert.ok(codes.some((one) => findings.includes(one)), `${codes} expected, found: ${out}`);
    }));

const withDetail = (seq, detail) => `UPDATE event SET detail = ${detail} WHERE seq = ${seq}; DELETE FROM opening WHERE seq = ${seq} AND tag = 24;
  INSERT INTO opening SELECT seq, 24, detail::text, sha256('salt') FROM event WHERE seq = ${seq}`;

const beforeSealing = [
  ['a time that was altered', `UPDATE event SET happened_at = happened_at - interval '7 days' WHERE seq = $next`, /mark of the service/, 0],
  ['a note that was altered', `UPDATE opening SET value = 'nothing of the kind' WHERE seq = $next AND tag = 21`, /mark of the service/],
  ['a holder other than the row\'s', `UPDATE event SET from_id = (SELECT id FROM party WHERE kind = 'person' LIMIT 1) WHERE seq = $next`, /holder before/],
  ['an expected date that was altered', withDetail('$next', `detail || '{"expected_on": "2026-12-31"}'`), /mark of the service/],
  ['a detail that was taken away', `UPDATE event SET detail = NULL WHERE seq = $next; DELETE FROM opening WHERE seq = $next AND tag = 24`, /mark of the service/],
  ['a detail put in by hand', withDetail('$next + 1', `'{"outcome": "lost"}'`), /mark of the service/],
  ['a difference of the clock put in by hand', withDetail('$next + 1', `'{"clock_skew_ms": 900000}'`), /mark of the service/],
  ['a row that was deleted', `DELETE FROM event WHERE seq = $next`, /is missing/],
  ['a value that was deleted', `DELETE FROM opening WHERE seq = $next AND tag = 20`, /is gone/],
  ['two records of a device swapped', swap('$next', '$next + 2', ['event_id', 'happened_at', 'content_hash', 'mac']), /mark of the service/],
  ['rows that were renumbered', exchange('$next', '$next + 2'), /is number \d+ of its device|mark of the service/],
  ['a record that says it was recorded last week', `UPDATE event SET recorded_at = recorded_at - interval '7 days' WHERE seq = $next + 1`, /was recorded before the record in front/],
  ['a text as difference of the clock', withDetail('$next + 1', `'{"clock_skew_ms": "stolen by Noor"}'`), /mark of the service/],
  ['a time of last month where none was said', `UPDATE event SET happened_at = happened_at - interval '30 days' WHERE seq = $next`, /mark of the service/, 0],
  ['another number for its kind while it is sealed', `UPDATE event_kind SET number = number + 100 WHERE name IN ('moved', 'note'); UPDATE event_kind SET number = CASE name WHEN 'moved' THEN 7 ELSE 3 END WHERE name IN ('moved', 'note')`, /mark of the service/],
  ['records of next year', `UPDATE event SET recorded_at = recorded_at + interval '300 days' WHERE seq >= $next; UPDATE ledger_head SET recorded_at = recorded_at + interval '300 days'`, /recorded in the future/],
  ['a record put in by hand, dated last week',
    `INSERT INTO event SELECT (jsonb_populate_record(v, jsonb_build_object('seq', h.next_seq, 'event_id', gen_random_uuid(), 'device_seq', v.device_seq + 1,
       'from_id', v.to_id, 'happened_at', v.happened_at - interval '7 days'))).* FROM event v, ledger_head h WHERE v.seq = $next + 2;
     INSERT INTO opening SELECT h.next_seq, tag, value, salt FROM opening o, ledger_head h WHERE o.seq = $next + 2 AND tag = 20;
     UPDATE ledger_head SET next_seq = next_seq + 1`, /mark of the service/],
  ['a record put in by hand with a number that was not given',
    `INSERT INTO event SELECT (jsonb_populate_record(v, jsonb_build_object('seq', h.next_seq + 5, 'event_id', gen_random_uuid(), 'device_seq', v.device_seq + 1,
       'from_id', v.to_id))).* FROM event v, ledger_head h WHERE v.seq = $next + 2`, /was never given/],
  ['a signing key that is not the sealer\'s',
    `INSERT INTO notice (seq, type, recorded_at, verifier_key) SELECT next_seq, 5, recorded_at, 'fault.test/spoor+00000000+AAAA' FROM ledger_head;
     UPDATE ledger_head SET next_seq = next_seq + 1`, /key/],
  ['an incident that never was',
    `INSERT INTO notice (seq, type, recorded_at, incident, from_size, to_size) SELECT next_seq, 7, recorded_at, 1, 3, next_seq FROM ledger_head;
     UPDATE ledger_head SET next_seq = next_seq + 1`, /incident/],
  ['an erasure that the service did not make',
    `INSERT INTO notice (seq, type, recorded_at, actor_id, target, erased, reason) SELECT next_seq, 2, h.recorded_at, v.actor_id, v.event_id, '{21}', 'REQUEST'
       FROM ledger_head h, event v WHERE v.seq = $noted;
     INSERT INTO opening SELECT h.next_seq, 20, o.value, o.salt FROM opening o, ledger_head h WHERE o.seq = $noted AND o.tag = 20;
     DELETE FROM opening WHERE seq = $noted AND tag = 21; UPDATE ledger_head SET next_seq = next_seq + 1`, /mark of the service/, 1],
];
const other = `(SELECT id FROM party WHERE kind = 'person' AND id <> (SELECT to_id FROM event WHERE seq = $next) ORDER BY id LIMIT 1)`;
beforeSealing.push(['another who took over where no receiver was said', `UPDATE event SET to_id = ${other} WHERE seq = $next;
     INSERT INTO opening SELECT v.seq, 17, p.id || ' ' || p.name, sha256('x') FROM event v JOIN party p ON p.id = v.to_id WHERE v.seq = $next;
     UPDATE event l SET from_id = w.to_id FROM event w WHERE w.seq = $next AND l.device_id = w.device_id AND l.device_seq = w.device_seq + 1`, /mark of the service/]);
for (const [name, sql, sentence, verdict] of beforeSealing)
  test(`before sealing: ${name} stops the sealer, with an alarm on the auditor's pages`, () =>
    attacked(told(sql), async () => {
      const { code, err } = await ledger.sealOnce();
      assert.equal(code, 4, `an alarm is a conflict: ${err}`);
      assert.match(err, sentence);
      assert.match(ledger.alarm(), sentence);
      assert.ok(ledger.sealedSize() < Number(ledger.sql('SELECT next_seq FROM ledger_head')), 'nothing is sealed past it');
      if (verdict !== undefined) assert.equal((await ledger.audit(key)).code, verdict, 'what is sealed stays provable');
    }));

// Of what was overtaken, the mark covers what was said of step, receiver and place; the rest of the claim is the database's word.
const claims = (seq, value) => withDetail(seq, `jsonb_set(coalesce(detail, '{}'), '{claimed}', '${value}')`);
const overtaken = [
  ['another reason in its claim', claims('$next + 5', '{"reason": "WAIT_ANSWER"}'), /another reason/],
  ['a step in the claim of a move', claims('$next + 6', '{"step": "ready"}'), /its kind does not say/],
  ['nothing left of its claim', claims('$next + 6', '{}'), /its kind does not say/],
  ['what took effect called overtaken', claims('$next + 4', '{}'), /its kind does not say/],
];
for (const [name, sql, words] of overtaken)
  test(`before sealing: ${name} is sealed, and found at home`, () =>
    attacked(told(sql), async () => {
      const { code: sealing, err } = await ledger.sealOnce();
      assert.equal(sealing, 0, err);
      const { code, findings, out } = await ledger.audit(key);
      assert.equal(code, 1, out);
      assert.deepEqual([...new Set(findings)], ['F22'], out);
      assert.match(out, words);
    }));

// What the mark does not cover is sealed as the database says it; what cannot be so is found at home.
const another = `(SELECT id FROM party WHERE kind = 'person' AND id <> (SELECT to_id FROM event WHERE seq = $waits) ORDER BY id LIMIT 1)`;
const given = [
  ['a wait that hands the device over', `UPDATE event SET to_id = ${another} WHERE seq = $waits;
     INSERT INTO opening SELECT v.seq, 17, p.id || ' ' || p.name, sha256('x') FROM event v JOIN party p ON p.id = v.to_id WHERE v.seq = $waits;
     UPDATE event l SET from_id = w.to_id, to_id = w.to_id FROM event w WHERE w.seq = $waits AND l.device_id = w.device_id AND l.seq > w.seq`, 'F15', /hands nothing over/],
  ['a wait at another step', `UPDATE event SET step = 'ready' WHERE seq = $waits`, 'F15', /is no step/],
  ['a second identity', `INSERT INTO opening VALUES ($waits, 19, 'laptop|Other|Thing|serial=STOLEN-1', sha256('i'))`, 'F11', /what the device is/],
];
for (const [name, sql, finding, words] of given)
  test(`before sealing: ${name} is found at home`, () =>
    attacked(told(sql.replaceAll('$waits', '$next + 4')), async () => {
      const { code: sealing, err } = await ledger.sealOnce();
      assert.equal(sealing, 0, err);
      const { code, findings, out } = await ledger.audit(key);
      assert.equal(code, 1, out);
      assert.ok(findings.includes(finding), out);
      assert.match(out, words);
    }));

// Nothing proves what was left out before it was sealed, or a name: but a scanner's count and an id's name speak up.
const scans = `(SELECT max(seq) FROM event)`;
const suspicious = [
  ['a scan that was taken out', `CREATE TEMP TABLE top AS SELECT ${scans} AS seq; DELETE FROM event USING top WHERE event.seq = top.seq - 1; DELETE FROM opening o USING top WHERE o.seq = top.seq - 1;
     UPDATE event v SET seq = v.seq - 1, device_seq = v.device_seq - 1 FROM top WHERE v.seq = top.seq; UPDATE opening o SET seq = o.seq - 1 FROM top WHERE o.seq = top.seq;
     UPDATE ledger_head SET next_seq = next_seq - 1`, 'F25', /scan 2 of the scanner/],
  ['a holder under another name', `UPDATE party SET name = 'Somebody Else' WHERE id = (SELECT to_id FROM event WHERE seq = $next);
     UPDATE opening SET value = split_part(value, ' ', 1) || ' Somebody Else' WHERE seq >= $next AND tag = 17`, 'F24', /holder.* calls .* otherwise than record/],
];
for (const [name, sql, finding, words] of suspicious)
  test(`before sealing: ${name} is sealed, and worth a warning at home`, () =>
    attacked(told(sql), async () => {
      const { code: sealing, err } = await ledger.sealOnce();
      assert.equal(sealing, 0, err);
      const { code, findings, out } = await ledger.audit(key, '--warnings');
      assert.equal(code, 0, out);
      assert.ok(findings.includes(finding), out);
      assert.match(out, words);
    }));

// [what the database says, what the sealer must say]
const contradictions = [
  ['an entry that was altered in the database', `UPDATE ledger_entry SET entry = set_bit(entry, 300, 1 - get_bit(entry, 300)) WHERE seq = 5`],
  ['an entry that was deleted from the database', `DELETE FROM ledger_entry WHERE seq = 5`],
  ['a checkpoint of another tree', `UPDATE checkpoint SET note = regexp_replace(note, E'(\\n[0-9]+\\n)[A-Za-z0-9+/]{4}', E'\\\\1AAAA') WHERE size = (SELECT max(size) FROM checkpoint)`],
  ['a checkpoint of a larger log', `INSERT INTO checkpoint SELECT size + 50, regexp_replace(note, E'\\n[0-9]+\\n', E'\\n' || (size + 50) || E'\\n') FROM checkpoint ORDER BY size DESC LIMIT 1`],
];
for (const [name, sql] of contradictions)
  test(`${name} contradicts the sealer's own log: nothing is sealed`, () =>
    attacked(sql, async () => {
      const { code, err } = await ledger.sealOnce();
      assert.equal(code, 4, err);
      assert.notEqual(ledger.alarm(), '', err);
      assert.equal(ledger.sql(`SELECT count(*) FROM checkpoint WHERE size = ${sealed + unsealed}`), '0');
    }));

test('yesterday\'s copy of the database: the log goes on behind what was sealed, with an incident, and the loss is found', () =>
  attacked('', async () => {
    assert.equal((await ledger.sealOnce()).code, 0);
    const size = ledger.sealedSize();
    const held = ledger.keep('held', newest());
    const today = join(ledger.state, 'today');
    cpSync(ledger.seal, today, { recursive: true });
    ledger.reset();
    ledger.restoreFolder(today);
    ledger.sql(`DELETE FROM opening WHERE seq >= ${sealed}; DELETE FROM event WHERE seq >= ${sealed}; UPDATE ledger_head SET next_seq = ${sealed};
      UPDATE custody c SET device_seq = v.device_seq, seq = v.seq FROM event v WHERE v.device_id = c.device_id
         AND v.device_seq = (SELECT max(device_seq) FROM event w WHERE w.device_id = c.device_id)`);
    const { code, err } = await ledger.sealOnce();
    assert.equal(code, 0, err);
    assert.equal(ledger.sealedSize(), size + 1);
    assert.equal(ledger.sql(`SELECT incident || ' ' || from_size || ' ' || to_size FROM notice WHERE type = 7`), `1 ${sealed} ${size}`);
    assert.equal(ledger.sql(`SELECT count(*) FROM ledger_entry`), String(size + 1), 'the entries are all there again');
    const { code: verdict, findings, out } = await ledger.audit(key, '--since', held);
    assert.equal(verdict, 1, out);
    assert.deepEqual([...new Set(findings)], ['F09'], 'the rows are gone; the history under the older checkpoint is the same');
    const service = await ledger.serve();
    const [outcome] = await record(service, token, [move('FAULT-1')]);
    await service.stop();
    assert.equal(outcome.outcome, 'recorded');
    assert.equal((await ledger.sealOnce()).code, 0);
    assert.equal(ledger.sealedSize(), size + 2, 'what is recorded after the incident is sealed');
  }));

test('the sealer\'s folder restored from a copy is behind what was published: nothing is sealed until it is adopted', () =>
  attacked('', async () => {
    assert.equal((await ledger.sealOnce()).code, 0);
    ledger.restoreFolder(`${ledger.seal}.kept`);
    const { code, err } = await ledger.sealOnce();
    assert.equal(code, 4);
    assert.match(err, /older than what was published/);
    assert.match(ledger.alarm(), /older than what was published/);
  }));

test('database and folder restored together are shown up by the checkpoint that somebody holds', () =>
  attacked('', async () => {
    assert.equal((await ledger.sealOnce()).code, 0);
    const held = ledger.keep('newer', newest());
    ledger.reset();
    const back = await ledger.audit(key, '--since', held);
    assert.equal(back.code, 1);
    assert.ok(back.findings.some((code) => ['F04', 'F05'].includes(code)), back.out);
  }));

test('a lost folder is adopted only with a checkpoint from outside whose root the database gives', () =>
  attacked('', async () => {
    rmSync(ledger.seal, { recursive: true });
    const refused = await ledger.sealOnce();
    assert.equal(refused.code, 4, 'a new log is never begun over a sealed one');
    rmSync(ledger.seal, { recursive: true });
    const wrong = ledger.keep('wrong', checkpoint.replace(/\n[A-Za-z0-9+/]{4}/, '\nAAAA'));
    assert.equal((await ledger.spoord('seal', '--adopt', wrong, '--key', key)).code, 5, 'the signature is not the log\'s');
    const held = ledger.keep('held', checkpoint);
    const { code, err } = await ledger.spoord('seal', '--adopt', held, '--key', key);
    assert.equal(code, 0, err);
    const sealedOn = await ledger.sealOnce();
    assert.equal(sealedOn.code, 0, sealedOn.err);
    assert.equal(ledger.sealedSize(), sealed + unsealed);
    const again = await ledger.spoord('seal', '--adopt', held, '--key', key);
    assert.equal(again.code, 4, 'a folder that knows more is never taken back');
    assert.notEqual((await ledger.audit(await ledger.key(), '--since', held)).code, 0, 'the new key cannot vouch for the old checkpoint by itself');
  }));

// The service's mark on an erasure covers the id that it gave it, which says when.
test('before sealing: an erasure under another id, or kept for another time, stops the sealer', () =>
  attacked('', async () => {
    assert.equal((await ledger.spoord('erase', 'person', leaving, '--yes')).code, 0);
    const one = 'UPDATE notice SET notice_id = gen_random_uuid() WHERE type = 2';
    const kept = ledger.sql('SELECT notice_id FROM notice WHERE type = 2');
    for (const sql of [one, `UPDATE notice SET notice_id = '${kept}', recorded_at = recorded_at - interval '11 minutes' WHERE type = 2`]) {
      ledger.sql(sql);
      assert.match((await ledger.sealOnce()).err, /mark of the service/);
    }
    ledger.sql("UPDATE notice SET recorded_at = recorded_at + interval '11 minutes' WHERE type = 2");
    const { code, err } = await ledger.sealOnce();
    assert.equal(code, 0, err);
    const found = await ledger.audit(key);
    assert.equal(found.code, 0, found.out);
  }));

// Everything that the service marked is as it was; the database only has it twice. Last, for no reset brings the constraint back.
const again = (seq) => `ALTER TABLE event DROP CONSTRAINT IF EXISTS event_event_id_key CASCADE;
  CREATE TEMP TABLE place AS SELECT h.next_seq, h.recorded_at, v.seq AS of, l.device_seq + 1 AS device_seq, l.to_id AS from_id
    FROM ledger_head h, event v CROSS JOIN LATERAL (SELECT * FROM event w WHERE w.device_id = v.device_id ORDER BY w.device_seq DESC LIMIT 1) l WHERE v.seq = ${seq};
  INSERT INTO event SELECT (jsonb_populate_record(v, to_jsonb(p) - 'of' || jsonb_build_object('seq', p.next_seq))).* FROM event v JOIN place p ON p.of = v.seq;
  INSERT INTO opening SELECT p.next_seq, tag, value, salt FROM opening o JOIN place p ON p.of = o.seq WHERE tag <> 17;
  UPDATE ledger_head SET next_seq = next_seq + 1`;
for (const [name, seq] of [['sealed', '$noted'], ['not sealed yet', '$next + 1']])
  test(`before sealing: a record that is ${name}, put in once more as it is, is found at home`, () =>
    attacked(told(again(seq)), async () => {
      const { code: sealing, err } = await ledger.sealOnce();
      assert.equal(sealing, 0, err);
      assert.equal(ledger.sealedSize(), sealed + unsealed + 1);
      const { code, findings, out } = await ledger.audit(key);
      assert.equal(code, 1, out);
      assert.deepEqual(findings, ['F23'], out);
    }));
