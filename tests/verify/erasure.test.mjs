// Who was erased stands nowhere any more: not as whom a late scan claimed, nor in what a scanner signed, an offer, or what is
// kept for a lead. The rest is proven as before, by a bundle at home and on the auditor's page.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, chmodSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { enrolScanner, signed } from '../support/raw_scanner.mjs';
import { build, Client, startSpoord, waitFor } from '../support/spoord.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-erasure-'));
chmodSync(folder, 0o777);
let house, service, key, code, badge, person, auditor, scanner, token, early;
const seqs = {};

async function post(events, by) {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${by}` }, body: JSON.stringify({ events }) });
  return (await answer.json()).outcomes;
}
const ago = (minutes) => new Date(Date.now() - minutes * 60e3).toISOString().replace('Z', '+00:00');
const scan = (minutes, more) => signed(scanner, { event_id: randomUUID(), code, kind: 'handed_over', happened_at: ago(minutes), scanner_seq: scanner.next++, ...more });
async function sealed() {
  await waitFor('the seal', async () => (await house.sql('SELECT max(c.size) = h.next_seq FROM spoor.checkpoint c, spoor.ledger_head h GROUP BY h.next_seq')) === 't');
}
async function bundle(name) {
  await sealed();
  const out = await service.run('export-bundle', join(folder, name));
  assert.equal(out.code, 0, out.err);
  return join(folder, name);
}
const verify = (...args) => spawnSync(join(build, 'spoor-verify'), [...args, '--key', key], { encoding: 'utf8', timeout: 60000 });
const words = (path) => readdirSync(path, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).map((file) => readFileSync(join(file.parentPath ?? file.path, file.name), 'latin1')).join('\n').toLowerCase();
const hex = (text) => Buffer.from(text).toString('hex');
/** What of the person a text holds; of what a scanner signs, in hexadecimal digits. */
const held = (text) => [person, badge, 'leaving soon'].flatMap((word) => [word, hex(word), hex(word.toLowerCase())]).filter((word) => text.includes(word.toLowerCase()));
const database = () => house.sql(`SELECT string_agg(x, E'\\n') FROM (SELECT v.detail::text AS x FROM spoor.event v UNION ALL SELECT o.value FROM spoor.opening o UNION ALL SELECT r.body::text FROM spoor.review r
  UNION ALL SELECT p.name || coalesce(p.email, '') FROM spoor.party p) t`).then((text) => text.toLowerCase());

before(async () => {
  house = await startHouse();
  service = house.service;
  key = (await service.run('key', 'show')).out.trim().split('\n').pop().trim();
  code = house.demo.sticker.split('/d/')[1].replace('-', '');
  auditor = await new Client(service.url).signIn('vera', house.demo.accounts.vera);
  await service.run('account', 'add', 'leaving', '--role', 'technician', '--name', 'Leaving Soon');
  await service.run('label', 'mint', '--count', '1', '--batch', 'badge-of-leaving');
  badge = await house.sql("SELECT code FROM spoor.label WHERE batch = 'badge-of-leaving'");
  assert.equal((await service.run('account', 'badge', 'leaving', badge)).code, 0);
  person = await house.sql("SELECT id FROM spoor.party WHERE name = 'Leaving Soon'");
  token = (await service.run('token', 'add', 'Erasing desk', '--role', 'technician')).out.trim();
  scanner = await enrolScanner(service, { account: 'noor' });
}, { timeout: 120000 });
after(async () => {
  await house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('before: a hand-over, one that came late, an offer, and what is kept apart name the person, and all is intact', async () => {
  const split = `${badge.slice(0, 5)}-${badge.slice(5)}`.toLowerCase();
  const first = scan(0, { to: badge });
  const outcomes = {
    handed: (await post([first], scanner.token))[0],
    back: (await post([scan(0, { kind: 'moved' })], scanner.token))[0],
    late: (await post([{ event_id: randomUUID(), code, kind: 'handed_over', to: badge, happened_at: ago(600), detail: { bag: 'blue' } }], token))[0],
    lateScan: (await post([signed(scanner, { event_id: randomUUID(), code, kind: 'handed_over', to: split, happened_at: ago(500), scanner_seq: 1 })], scanner.token))[0],
    offered: (await post([scan(0, { kind: 'offered', to: `https://old.example.nl/d/${badge}` })], scanner.token))[0],
    loud: (await post([scan(0, { kind: 'offered', to: person.toUpperCase() })], scanner.token))[0],
    told: (await post([{ event_id: randomUUID(), code, kind: 'offered', to: person, detail: { offered_to: person.toUpperCase() } }], token))[0],
    other: (await post([scan(0, { kind: 'note', private_note: 'stays' })], scanner.token))[0],
  };
  for (const [name, { outcome, seq, message }] of Object.entries(outcomes)) {
    assert.equal(outcome, 'recorded', `${name}: ${message}`);
    seqs[name] = seq;
  }
  assert.ok(outcomes.late.flags.includes('overtaken'));
  assert.ok(outcomes.lateScan.flags.includes('number_reused') && outcomes.lateScan.flags.includes('overtaken'), JSON.stringify(outcomes.lateScan));
  assert.equal((await post([{ event_id: first.event_id, code, kind: 'handed_over', to: badge, private_note: 'for Leaving Soon' }], token))[0].outcome, 'conflict');
  early = await bundle('before');
  const { status, stdout } = verify('bundle', early);
  assert.equal(status, 0, stdout);
  assert.ok(held(words(early)).length >= 3, `${held(words(early))}`);
  assert.ok(held(await database()).length >= 3);
});

test('a value that is another\'s, or not what was sealed, is never erased, whatever the functions of the database say', async () => {
  const functions = await house.sql("SELECT string_agg(pg_get_functiondef(p.oid), ';') FROM pg_proc p WHERE p.proname IN ('erasable', 'erasable_among')");
  const [{ seq }] = await post([{ event_id: randomUUID(), code, kind: 'note', private_note: 'Noor dropped it' }], token);
  await sealed();
  const refused = async (expected) => {
    const out = await service.run('erase', 'person', person, '--yes');
    assert.equal(out.code, 4, out.err);
    assert.match(out.err, expected);
    assert.equal(await house.sql('SELECT count(*) FROM spoor.notice WHERE type = 2'), '0');
  };
  for (const [tag, rest, of, expected] of [[20, '', seq, /calls the field "[a-z_ ]+" of record \d+ this person's, and it is\s+not/], [22, '', seq, /calls the field/],
    [24, 'f'.repeat(64), seqs.late, new RegExp(`detail of record ${seqs.late} is not what was sealed`)]]) {
    const body = `RETURNS TABLE (seq bigint, event_id uuid, tags text, rest text) LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT seq, event_id, '${tag}', '${rest}' FROM spoor.event WHERE seq = ${of} $$`;
    await house.sql(`CREATE OR REPLACE FUNCTION spoor.erasable(of_party uuid) ${body}; CREATE OR REPLACE FUNCTION spoor.erasable_among(of_party uuid, seqs bigint[]) ${body}`);
    await refused(expected);
  }
  await house.sql(functions);
  await assert.rejects(house.sql(`SELECT spoor.erase_person('${person}', (SELECT id FROM spoor.actor WHERE kind = 'system' LIMIT 1), 'REQUEST', (SELECT next_seq FROM spoor.ledger_head),
    array_agg(event_id), array_agg(tags), array_agg('0190163d-8694-739b-aea5-966c26f8ad91'::uuid), array_agg(sha256('')), array_agg(rest), array_agg(sha256(''))) FROM spoor.erasable('${person}')`), /The clock of this program/);
  await house.sql(`CREATE TABLE public.named AS SELECT * FROM spoor.opening WHERE seq = ${seqs.handed} AND tag = 17;
    UPDATE spoor.opening SET value = value || ' the thief' WHERE seq = ${seqs.handed} AND tag = 17`);
  await refused(new RegExp(`The field "holder" of record ${seqs.handed} is not what was sealed`));
  await house.sql(`DELETE FROM spoor.opening WHERE seq = ${seqs.handed} AND tag = 17; INSERT INTO spoor.opening TABLE public.named`);
});

test('after: no value of the person is left in rows, values, what is kept apart, or a bundle, and all is intact', async () => {
  const out = await service.run('erase', 'person', person, '--yes');
  assert.equal(out.code, 0, out.err);
  const path = await bundle('after');
  assert.deepEqual(held(await database()), []);
  const { status, stdout } = verify('bundle', path, '--since', join(early, 'checkpoint'));
  assert.equal(status, 0, stdout);
  assert.deepEqual(held(words(path)), []);
  const lines = readFileSync(join(path, 'events.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const rows = new Map(lines.map((row) => [row.seq, row]));
  assert.ok(!lines.some((row) => JSON.stringify(row).includes(person)), 'no row names the id');
  for (const name of ['late', 'lateScan', 'told']) assert.deepEqual(Object.keys(rows.get(seqs[name]).detail), ['erased'], name);
  const tags = async (name) => house.sql(`SELECT string_agg(o.tag::text, ' ' ORDER BY o.tag) FROM spoor.opening o WHERE o.seq = ${seqs[name]} AND o.tag IN (24, 33)`);
  for (const name of ['handed', 'late', 'lateScan', 'offered', 'loud', 'told']) assert.equal(await tags(name), '', name);
  assert.equal(await tags('other'), '33', 'what does not name them stays');
});

test('the pages go on as before: what came late still reads so, and the history is intact for an auditor', async () => {
  const device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code}'`);
  const page = await (await auditor.get(`/audit/devices/${device}`)).text();
  assert.ok(!/does not follow|is not what was sealed|is gone/.test(page), page);
  assert.match(page, /Arrived late: others had moved on/);
  assert.equal(await house.sql(`SELECT string_agg((detail ? 'claimed')::text, ' ') FROM spoor.event WHERE seq IN (${seqs.late}, ${seqs.lateScan})`), 'true true');
  assert.equal(await house.sql(`SELECT detail ->> 'bag' FROM spoor.event WHERE seq = ${seqs.late}`), 'blue');
});

test('what an erasure did not take cannot be changed by accident, and by intent it is found', async () => {
  for (const change of ["detail = '{}'", 'flags = 0', 'detail = NULL, flags = 1'])
    await assert.rejects(house.sql(`UPDATE spoor.event SET ${change} WHERE seq = ${seqs.other}`), /events are only ever added/, change);
  await assert.rejects(house.sql(`UPDATE spoor.event SET flags = 1 WHERE seq = ${seqs.late}`), /events are only ever added/);
  await house.sql(`INSERT INTO spoor.opening (seq, tag, value, salt) VALUES (${seqs.late}, 24, '{}', sha256('x'))`);
  assert.equal(verify('bundle', await bundle('put-back')).status, 1, 'a value is put back');
  await house.sql(`DELETE FROM spoor.opening WHERE seq = ${seqs.late} AND tag = 24`);
  assert.equal(verify('bundle', await bundle('again')).status, 0);
});

test('of a record in which one field was altered and another is gone, the page says of none what is true of the other', async () => {
  const page = async (language) => (await auditor.get(`/audit/devices/${await house.sql(`SELECT device_id FROM spoor.event WHERE seq = ${seqs.other}`)}?lang=${language}`)).text();
  const change = (what) => house.sql(`SET session_replication_role = replica; ${what}`);
  await change(`CREATE TABLE public.had AS SELECT * FROM spoor.opening WHERE seq = ${seqs.other} AND tag = 20; DELETE FROM spoor.opening WHERE seq = ${seqs.other} AND tag = 20;
    UPDATE spoor.event SET happened_at = happened_at - interval '1 hour' WHERE seq = ${seqs.other}`);
  assert.match(await page('en'), /Its time at which it happened is not what was sealed\.\s+Altered or gone as well: name of who recorded it\./);
  assert.match(await page('nl'), /Ook veranderd of verdwenen: /);
  await change(`INSERT INTO spoor.opening TABLE public.had; UPDATE spoor.event SET happened_at = happened_at + interval '1 hour' WHERE seq = ${seqs.other}`);
  assert.doesNotMatch(await page('en'), /is not what was sealed/);
});

test('what an erasure left of a detail is told from anything else there by an auditor, also when a superuser wrote it', async () => {
  const page = async () => (await auditor.get(`/audit/devices/${await house.sql(`SELECT device_id FROM spoor.event WHERE seq = ${seqs.late}`)}`)).text();
  assert.doesNotMatch(await page(), /further details/);
  await house.sql(`CREATE TABLE public.was AS SELECT v.seq, v.detail, l.mac FROM spoor.event v JOIN spoor.detail_left l USING (seq) WHERE seq = ${seqs.late}`);
  const change = (what) => house.sql(`SET session_replication_role = replica; ${what}`);
  for (const detail of ['NULL', "v.detail - 'claimed'", `v.detail || '{"outcome": "lost"}'`]) {
    await change(`UPDATE spoor.event v SET detail = ${detail} WHERE seq = ${seqs.late}`);
    assert.match(await page(), /further details/, detail);
    await change('UPDATE spoor.event v SET detail = w.detail FROM public.was w WHERE w.seq = v.seq');
  }
  await change(`DELETE FROM spoor.detail_left WHERE seq = ${seqs.late}`);
  assert.match(await page(), /further details/, 'without the mark');
  await change('INSERT INTO spoor.detail_left SELECT seq, mac FROM public.was');
  assert.doesNotMatch(await page(), /further details/);
});

test('somebody whom an older version erased can be erased again, by id, for what it left; then nothing is left to erase', async () => {
  const old = await house.sql("INSERT INTO spoor.party (kind, name) VALUES ('person', 'Erased') RETURNING id");
  const [late] = await post([{ event_id: randomUUID(), code, kind: 'handed_over', to: old, happened_at: ago(400), detail: { offered_to: person } }], token);
  assert.ok(late.flags.includes('overtaken'));
  await house.sql(`UPDATE spoor.party SET erased_at = now() - interval '1 day' WHERE id = '${old}'`);
  await sealed();
  const out = await service.run('erase', 'person', old, '--yes');
  assert.equal(out.code, 0, out.err);
  assert.match(out.out, /^Erased: 1 values of 1 records/m);
  const detail = () => house.sql(`SELECT detail -> 'claimed' ->> 'to', detail ->> 'offered_to' FROM spoor.event WHERE seq = ${late.seq}`);
  assert.equal(await detail(), `(erased)|${person}`, 'somebody else who is named there stays');
  await house.sql(`UPDATE spoor.party SET erased_at = NULL WHERE id = '${person}'`);
  await sealed();
  assert.equal((await service.run('erase', 'person', person, '--yes')).code, 0);
  assert.equal(await detail(), '(erased)|(erased)', 'until it is their turn, though the value is gone');
  const nothing = await service.run('erase', 'person', old, '--yes');
  assert.equal(nothing.code, 0, 'as after a restore, which leaves the sweep to whoever looks after it');
  assert.match(nothing.out, /Nothing was left of them in the ledger\.\n$/);
  assert.equal((await service.run('erase', 'person', randomUUID(), '--yes')).code, 3, 'nobody has this id');
  assert.equal(verify('bundle', await bundle('last')).status, 0);
});

test('of the private PostgreSQL no file holds a value or a salt any more that an erasure destroyed', async () => {
  const own = mkdtempSync(join(tmpdir(), 'spoor-erased-'));
  chmodSync(own, 0o777);
  const spoord = await startSpoord({ demo: false, state: own });
  try {
    const sql = (text) => execFileSync('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-h', join(own, 'state/run'), '-U', 'postgres', '-d', 'spoor', '-c', text], { encoding: 'utf8' }).trim();
    await spoord.run('account', 'add', 'gone.away', '--role', 'technician', '--name', 'Gone Person');
    await spoord.run('account', 'disable', 'gone.away');
    const gone = sql("SELECT id FROM spoor.party WHERE name = 'Gone Person'");
    const signer = await enrolScanner(spoord);
    const send = async (minutes, more) => {
      const event = signed(signer, { event_id: randomUUID(), code: 'PRIVATE-1', kind: 'handed_over', happened_at: ago(minutes), scanner_seq: signer.next++, ...more });
      const answer = await fetch(`${spoord.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${signer.token}` }, body: JSON.stringify({ events: [event] }) });
      return (await answer.json()).outcomes[0];
    };
    const offered = { kind: 'offered', to: gone, detail: { offered_to: gone } };
    for (const more of [{ kind: 'moved' }, { to: gone }, offered]) assert.equal((await send(0, more)).outcome, 'recorded');
    await waitFor('the seal', () => sql('SELECT max(c.size) = h.next_seq FROM spoor.checkpoint c, spoor.ledger_head h GROUP BY h.next_seq') === 't');
    const doomed = Object.fromEntries(sql(`SELECT o.seq || '/' || o.tag, encode(o.salt, 'hex') FROM spoor.erasable('${gone}') e JOIN spoor.opening o ON o.seq = e.seq AND o.tag::text = ANY (string_to_array(e.tags, ' '))`)
      .split('\n').map((line) => line.split('|')));
    assert.deepEqual(Object.keys(doomed).map((name) => name.split('/')[1]).sort(), ['17', '24', '33', '33']);
    // What the planner remembers of values is a copy of them; what it remembered before an upgrade is forgotten by that.
    for (const text of ['ALTER TABLE spoor.party ALTER name SET STATISTICS -1', 'ANALYZE', 'ALTER TABLE spoor.party ALTER name SET STATISTICS 0',
      "DELETE FROM spoor_meta.migration WHERE name = '0016_statistics_forgotten'"]) sql(text);
    assert.match((await spoord.run('migrate')).out, /^Applied 1 migration;/);
    sql('CHECKPOINT');
    const sought = { ...Object.fromEntries(Object.entries(doomed).map(([name, salt]) => [`salt ${name}`, Buffer.from(salt, 'hex')])), row: Buffer.from(`offered_to${gone}`), value: Buffer.from(`"offered_to": "${gone}"`), signed: Buffer.from(hex(gone)), name: Buffer.from('Gone Person'), lower: Buffer.from('gone person'), login: Buffer.from('gone.away') };
    const kept = () => {
      const files = readdirSync(join(own, 'state/pg'), { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).map((file) => join(file.parentPath ?? file.path, file.name));
      const holds = new Set();
      for (const file of files) {
        const bytes = readFileSync(file);
        for (const [name, value] of Object.entries(sought)) if (bytes.includes(value)) holds.add(name);
      }
      return [...holds].sort();
    };
    assert.deepEqual(kept(), Object.keys(sought).sort(), 'before');
    const out = await spoord.run('erase', 'person', gone, '--yes');
    assert.equal(out.code, 0, out.err);
    await spoord.stop();
    assert.deepEqual(kept(), []);
  } finally {
    await spoord.stop();
    rmSync(own, { recursive: true, force: true });
  }
});
