// An erasure on a ledger of some size: it finds what names a person within the time that a statement has, and keeps nobody from
// recording while it looks.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { enrolScanner, signed } from '../support/raw_scanner.mjs';
import { waitFor } from '../support/spoord.mjs';

const MANY = 20000;
let house, service, code, scanner, token;
const people = {};

async function post(events, by) {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${by}` }, body: JSON.stringify({ events }) });
  return { status: answer.status, outcomes: (await answer.json()).outcomes };
}
const scan = (more) => signed(scanner, { event_id: randomUUID(), code, kind: 'handed_over', happened_at: new Date().toISOString().replace('Z', '+00:00'), scanner_seq: scanner.next++, ...more });
const sealed = () => waitFor('the seal', async () => (await house.sql('SELECT max(c.size) = h.next_seq FROM spoor.checkpoint c, spoor.ledger_head h GROUP BY h.next_seq')) === 't');
const next = () => house.sql('SELECT next_seq FROM spoor.ledger_head');
const erase = (person, seen) => house.sql(`SELECT (e).events FROM spoor.actor a, spoor.erase_person('${person}', a.id, 'REQUEST', ${seen}, '{}', '{}', '{}', '{}', '{}', '{}') e WHERE a.kind = 'system' LIMIT 1`);

/** Somebody with a badge: { id, badge }. */
async function hire(login) {
  await service.run('account', 'add', login, '--role', 'technician', '--name', `Name of ${login}`);
  await service.run('label', 'mint', '--count', '1', '--batch', `badge-of-${login}`);
  const badge = await house.sql(`SELECT code FROM spoor.label WHERE batch = 'badge-of-${login}'`);
  assert.equal((await service.run('account', 'badge', login, badge)).code, 0);
  return { id: await house.sql(`SELECT id FROM spoor.party WHERE name = 'Name of ${login}'`), badge };
}

before(async () => {
  house = await startHouse();
  service = house.service;
  code = house.demo.sticker.split('/d/')[1].replace('-', '');
  for (const login of ['gone', 'quiet', 'stays']) people[login] = await hire(login);
  token = (await service.run('token', 'add', 'Desk', '--role', 'technician')).out.trim();
  scanner = await enrolScanner(service, { account: 'noor' });
}, { timeout: 120000 });
after(() => house?.stop());

test('what is recorded goes on while an erasure looks for what is kept for a lead', async () => {
  const seen = await next();
  const whole = await house.sql("SELECT pg_get_functiondef('spoor.is_signed'::regproc)");
  await house.sql("INSERT INTO spoor.review (event_id, actor_id, body, body_hash, why) SELECT gen_random_uuid(), id, '{}', '\\x00', 'kept' FROM spoor.actor LIMIT 1");
  await house.sql(`CREATE OR REPLACE FUNCTION spoor.is_signed(party uuid, signature text) RETURNS boolean LANGUAGE sql AS 'SELECT pg_advisory_lock_shared(77) IS NULL'`);
  const holding = house.sql('SELECT pg_advisory_lock(77), pg_sleep(600) /* held */').catch(() => {});
  const locks = (granted) => house.sql(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 77 AND granted = ${granted}`);
  await waitFor('the lock', async () => (await locks(true)) === '1');
  const erasing = erase(people.quiet.id, seen);
  await waitFor('the erasure', async () => (await locks(false)) === '1');
  const { status, outcomes } = await post([scan({ kind: 'moved' })], scanner.token);
  await house.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%/* held */%' AND pid <> pg_backend_pid()");
  await holding;
  assert.equal(await erasing, '0');
  await house.sql(whole);
  assert.deepEqual([status, outcomes?.[0].outcome], [200, 'recorded']);
  assert.equal(await house.sql(`SELECT name FROM spoor.party WHERE id = '${people.quiet.id}'`), 'Erased');
});

test('what was recorded of a person after the list of what names them was made is not left behind', async () => {
  const seen = await next();
  await post([scan({ to: people.gone.badge })], scanner.token);
  await assert.rejects(erase(people.gone.id, seen), /not sealed yet|meanwhile/);
  await sealed();
  await assert.rejects(erase(people.gone.id, seen), /Something was recorded of this person meanwhile/);
});

test(`among ${MANY} signed records with details, the few that name a person are found and erased`, async () => {
  const [first] = (await post([scan({ to: people.stays.badge, detail: { bag: 'blue' } })], scanner.token)).outcomes;
  await post([scan({ kind: 'moved' })], scanner.token);
  await post([scan({ kind: 'offered', to: people.gone.badge.toLowerCase() })], scanner.token);
  await sealed();
  await house.sql(`BEGIN;
    INSERT INTO spoor.event SELECT (jsonb_populate_record(v, jsonb_build_object('seq', h.next_seq + n - 1, 'event_id', gen_random_uuid(), 'device_seq', 100000 + n, 'scanner_id', null, 'scanner_seq', null))).*
      FROM spoor.event v, spoor.ledger_head h, generate_series(1, ${MANY}) n WHERE v.seq = ${first.seq};
    INSERT INTO spoor.opening SELECT h.next_seq + n - 1, o.tag, o.value, o.salt FROM spoor.opening o, spoor.ledger_head h, generate_series(1, ${MANY}) n WHERE o.seq = ${first.seq};
    UPDATE spoor.ledger_head SET next_seq = next_seq + ${MANY}; COMMIT`);
  const out = await service.run('erase', 'person', people.gone.id, '--yes');
  assert.equal(out.code, 0, out.err + service.log());
  assert.match(out.out, /^Erased: 3 values of 2 records/m);
  assert.equal(await house.sql(`SELECT count(*) FROM spoor.opening WHERE tag = 33 AND seq >= ${first.seq}`), `${MANY + 2}`, 'what names others stays');
}, { timeout: 300000 });
