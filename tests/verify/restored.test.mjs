// A backup from before an erasure is started beside the log that knows of it: the person is erased again before anybody can look,
// and what was recorded later than the backup is never given out a second time.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Client, greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-restored-'));
chmodSync(folder, 0o777);
const undo = [() => rmSync(folder, { recursive: true, force: true })];
after(async () => {
  for (const step of undo.reverse()) await step();
});
const sql = async ({ state }, text) =>
  (await promisify(execFile)('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-h', join(state, 'state/run'), '-U', 'postgres', '-d', 'spoor', '-c', text])).stdout.trim();
const sealed = (service) => waitFor('the seal', async () =>
  (await sql(service, 'SELECT max(c.size) = h.next_seq FROM spoor.checkpoint c, spoor.ledger_head h GROUP BY h.next_seq')) === 't');
const NAME = 'Leaving Soon', MAIL = 'leaving@example.org', NOTE = 'Leaving Soon dropped it';
/** All that the database holds of the person. */
const held = async (service, person) => (await sql(service, `SELECT x FROM (SELECT v.detail::text AS x FROM spoor.event v UNION ALL SELECT o.value FROM spoor.opening o
  UNION ALL SELECT r.body::text FROM spoor.review r UNION ALL SELECT p.name || ' ' || coalesce(p.email, '') FROM spoor.party p UNION ALL SELECT r.problem FROM spoor.repair r
  UNION ALL SELECT c.login FROM spoor.account c) t WHERE x ILIKE ANY (ARRAY['%${NAME}%', '%${MAIL}%', '%${person}%', '%leaving%'])`)).split('\n').filter(Boolean);
let person, technician, device, writer, auditor, size, key, again;

async function post(service, event) {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${writer}` },
    body: JSON.stringify({ events: [{ event_id: randomUUID(), ...event }] }) });
  const [outcome] = (await answer.json()).outcomes;
  assert.equal(outcome.outcome, 'recorded', outcome.message);
  return outcome.seq;
}

test('a person is erased, and the service ends; the log stays', { timeout: 240000 }, async () => {
  const service = await startSpoord();
  undo.push(() => service.stop());
  const { accounts } = greeting(service.output());
  auditor = accounts.vera;
  writer = (await service.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  key = (await service.run('key', 'show')).out.trim();
  await service.run('account', 'add', 'leaving', '--role', 'technician', '--name', NAME);
  const own = await new Client(service.url).signIn('leaving', (await service.run('account', 'password', 'leaving')).out.match(/\S+\s*$/)[0].trim());
  await service.run('device', 'add', '--model', 'Swift', '--serial', 'GONE-1');
  device = await sql(service, "SELECT device_id FROM spoor.alias WHERE value = 'GONE-1'");
  const taken = await own.post('/intake', { token: await own.token('/intake'), event_id: randomUUID(), device_id: device, make: '', model: '', serial: '', asset_tag: '', label: '',
    owner_name: NAME, owner_email: MAIL, problem: NOTE, condition: '', accessories: '', expected_on: '' });
  assert.ok(taken.ok, await taken.text());
  person = await sql(service, `SELECT owner_id FROM spoor.repair WHERE device_id = '${device}'`);
  await post(service, { code: 'GONE-1', kind: 'note', private_note: NOTE });
  await post(service, { code: 'GONE-1', kind: 'returned', detail: { outcome: 'repaired' } });
  await post(service, { code: 'GONE-1', kind: 'handed_over', to: person, happened_at: new Date(Date.now() - 36e6).toISOString(), detail: { bag: 'blue' } });
  for (const name of ['offered', 'kept']) await service.run('account', 'add', name, '--role', 'technician', '--name', `${name} only`);
  const offers = await sql(service, "SELECT a.party_id FROM spoor.actor a JOIN spoor.account c ON c.id = a.id WHERE c.login IN ('offered', 'kept') ORDER BY c.login DESC");
  const [offered, kept] = offers.split('\n');
  for (const to of [kept, offered]) await post(service, { code: 'GONE-1', kind: 'offered', to, detail: { offered_to: to } });
  await sealed(service);
  // As where millions of records are read through: longer than a page may take.
  await sql(service, `ALTER FUNCTION spoor.erasable(uuid) RENAME TO erasable_at_once; CREATE FUNCTION spoor.erasable(of_party uuid) RETURNS TABLE (seq bigint, event_id uuid, tags text, rest text)
    LANGUAGE sql SECURITY DEFINER AS 'SELECT e.* FROM (SELECT pg_sleep(2) OFFSET 0) s CROSS JOIN LATERAL spoor.erasable_at_once(of_party) e'; GRANT EXECUTE ON FUNCTION spoor.erasable TO spoor_app, spoor_seal`);
  assert.equal((await service.run('backup', join(folder, 'copy'))).code, 0);
  technician = await sql(service, "SELECT a.party_id FROM spoor.actor a JOIN spoor.account c ON c.id = a.id WHERE c.login = 'leaving'");
  for (const who of [person, offered, technician]) {
    assert.ok((await held(service, who)).length > (who === offered ? 0 : 3));
    const erased = await service.run('erase', 'person', who, '--yes');
    assert.equal(erased.code, 0, erased.err);
  }
  await sealed(service);
  assert.deepEqual(await held(service, person), []);
  size = Number(await sql(service, 'SELECT next_seq FROM spoor.ledger_head'));
  await service.kill('SIGTERM');
  mkdirSync(join(folder, 'again'), { mode: 0o755 });
  execFileSync('cp', ['-a', join(folder, 'copy'), join(folder, 'again/state')]);
  execFileSync('sh', ['-c', `rm -r "$2/seal" && cp -a "$1/seal" "$2/seal"`, '-', join(service.state, 'state'), join(folder, 'again/state')]);
});

test('the backup is started: nothing names the person again, and numbers go on behind all that was sealed', { timeout: 240000 }, async () => {
  const service = again = await startSpoord({ state: join(folder, 'again'), demo: false, env: { SPOOR_STATEMENT_TIMEOUT_MS: '1000' } });
  undo.push(() => service.stop());
  assert.deepEqual(await held(service, person), [], 'before anything else is asked');
  assert.equal(await sql(service, "SELECT string_agg(c.login, ' ' ORDER BY c.login) FROM spoor.account c WHERE c.login IN ('offered', 'kept')"), 'kept', 'also who is named in a detail alone');
  assert.ok(await post(service, { code: 'GONE-1', kind: 'note', public_note: 'back again' }) >= size, 'a number of what was sealed is not given twice');
  await sealed(service);
  assert.equal(await sql(service, 'SELECT state FROM spoor.sealing'), 'sealing');
  const vera = await new Client(service.url).signIn('vera', auditor);
  const page = await (await vera.get(`/audit/devices/${device}`)).text();
  assert.match(page, /erased on/);
  assert.doesNotMatch(page, /is gone|is not what was sealed|further details|does not follow/, page);
  assert.doesNotMatch(page, new RegExp(`${NAME}|${NOTE}`));
  assert.match(await (await vera.get('/audit')).text(), /who asked for it was lost with the database/);
});

test('what an auditor takes home says only what is lost: rows, not an erasure that did not take place', { timeout: 240000 }, async () => {
  assert.equal((await again.run('export-bundle', join(folder, 'bundle'))).code, 0);
  const { code, out } = await run(['bundle', join(folder, 'bundle'), '--key', key, '--json'], {}, { program: 'spoor-verify' });
  assert.equal(code, 1);
  assert.deepEqual([...new Set([...out.matchAll(/"(F\d\d)"/g)].map(([, finding]) => finding))], ['F09'], out);
});

test('a start that was cut off before the erasures were done again is made good by the next one, before it serves', { timeout: 240000 }, async () => {
  await sql(again, `UPDATE spoor.party SET name = '${NAME}', erased_at = NULL WHERE id = '${technician}'`);
  await again.kill('SIGTERM');
  const file = join(folder, 'again/state/seal/state'), lines = readFileSync(file, 'utf8').split('\n');
  assert.equal(lines.at(-2), lines.at(-3), 'both were done');
  writeFileSync(file, [...lines.slice(0, -2), '0', ''].join('\n'));
  again = await startSpoord({ state: join(folder, 'again'), demo: false });
  undo.push(() => again.stop());
  assert.deepEqual(await held(again, person), []);
});
