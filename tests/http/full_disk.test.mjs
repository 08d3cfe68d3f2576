// A disk that fills up under the private PostgreSQL: records are refused in time and in words, reading goes on, and it heals.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { enrolScanner } from '../support/raw_scanner.mjs';
import { Client, greeting, startSpoord, waitFor } from '../support/spoord.mjs';

const MIB = 1024 * 1024;
const undo = [];
after(async () => {
  for (const step of undo.reverse()) await step();
});

/** A tmpfs of so many MiB, or undefined where this user may not mount. */
function smallDisk(size) {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-full-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=755`, 'spoor-full', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  undo.push(() => execFileSync('umount', ['-l', folder]));
  return folder;
}

function poster(service, token) {
  return (event) =>
    fetch(`${service.url}/api/v1/events`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ events: [event] }),
    });
}

async function assertRefused(answer) {
  assert.equal(answer.status, 507);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  const { detail, title } = await answer.json();
  assert.equal(title, 'no_room');
  assert.match(detail, /^The disk of the [a-z ]+ full: nothing was recorded/);
}

test('records are refused before the disk is full, reading and signing in go on, and it heals by itself', { timeout: 240000 }, async (t) => {
  const disk = smallDisk(300);
  if (!disk) return t.skip('only root can mount a small disk');
  const service = await startSpoord({ state: disk, env: { SPOOR_RESERVE_MB: '64' } });
  undo.push(() => service.stop());
  const demo = greeting(service.output());
  const token = (await service.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  const audit = (await service.run('token', 'add', 'reader', '--role', 'auditor')).out.trim();
  const post = poster(service, token);
  const event = () => ({ event_id: randomUUID(), code: demo.sticker.split('/d/')[1], kind: 'moved' });
  const ids = async () => (await (await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${audit}` } })).text())
    .trim().split('\n').map((line) => JSON.parse(line).event_id);
  const free = () => { const { bavail, bsize } = statfsSync(disk); return bavail * bsize; };
  const ballast = join(disk, 'state', 'ballast'), filler = join(disk, 'filler');
  const leave = (bytes) => writeFileSync(filler, Buffer.alloc(Math.max(0, free() - bytes)), { flag: 'a' });

  await waitFor('the ballast', () => existsSync(ballast));
  assert.equal(statSync(ballast).size, 32 * MIB);
  assert.equal((await post(event())).status, 200);
  const before = await ids();

  leave(40 * MIB);
  const waiting = event();
  await waitFor('the look at the disk', async () => /^spoor_disk_low 1$/m.test(await (await fetch(`${service.url}/metrics`)).text()));
  await waitFor('the refusal', async () => (await post(waiting).catch(() => ({}))).status === 507); // an idle connection may end under it
  await assertRefused(await post(waiting));
  assert.deepEqual(await ids(), before);
  assert.equal((await fetch(demo.link)).status, 200);
  const tom = await new Client(service.url).signIn('tom', demo.accounts.tom);
  const page = await (await tom.get('/exceptions')).text();
  assert.match(page, /The disk is almost full: nothing can be recorded/);
  const form = { token: await tom.token('/bench'), event_id: randomUUID(), device_id: randomUUID(), kind: 'moved' };
  const told = await tom.post('/bench/record', form);
  assert.equal(told.status, 507);
  assert.match(await told.text(), /almost full: nothing was recorded/);
  assert.match(await (await fetch(`${service.url}/metrics`)).text(), /^spoor_disk_low 1$/m);
  assert.ok(existsSync(ballast), 'the ballast is kept for worse');

  leave(8 * MIB);
  await waitFor('the end of the ballast', () => !existsSync(ballast));
  await waitFor('its room, for what was begun', () => free() > 16 * MIB); // the name goes before the room comes
  leave(0);
  await assertRefused(await post(waiting));
  assert.equal((await fetch(demo.link)).status, 200);
  assert.deepEqual(await ids(), before);

  rmSync(filler);
  await waitFor('the recovery', async () => (await post(waiting)).status === 200, 90);
  assert.deepEqual((await ids()).filter((id) => !before.includes(id)), [waiting.event_id]);
  await waitFor('a new ballast', () => existsSync(ballast));
  assert.doesNotMatch(await (await tom.get('/exceptions')).text(), /The disk is almost full/);
  await waitFor('both in the log', () => /ballast was given up[\s\S]*room on the disk again/.test(service.log()));
});

test('a full disk does not keep an administrator from shutting others out', { timeout: 240000 }, async (t) => {
  const disk = smallDisk(300);
  if (!disk) return t.skip('only root can mount a small disk');
  const service = await startSpoord({ state: disk, env: { SPOOR_RESERVE_MB: '64' } });
  undo.push(() => service.stop());
  const { accounts } = greeting(service.output());
  const scanner = await enrolScanner(service);
  const password = (await service.run('account', 'add', 'boss', '--role', 'admin')).out.match(/\S+\s*$/)[0].trim();
  const samira = await new Client(service.url).signIn('samira', accounts.samira);
  const [boss, elsewhere] = await Promise.all([1, 2].map(() => new Client(service.url).signIn('boss', password)));
  const token = await boss.token('/scanners');
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 48 * MIB));
  await waitFor('the refusal', async () => (await boss.post('/places', { token, name: 'Attic' })).status === 507);

  assert.equal((await boss.post('/scanners/revoke', { token, id: scanner.id })).status, 303);
  assert.equal((await boss.post('/accounts/disable', { token, login: 'samira' })).status, 303);
  assert.equal((await boss.post('/account/sessions', { token, id: '' })).status, 303);
  assert.match(await (await boss.get('/scanners')).text(), /revoked/);
  for (const shut of [samira, elsewhere]) assert.equal((await shut.get('/account')).headers.get('location'), '/sign-in');
  assert.equal((await new Client(service.url).post('/sign-in', { login: 'samira', password: accounts.samira })).status, 401);
  assert.equal((await boss.post('/accounts/enable', { token, login: 'samira' })).status, 507, 'the way back can wait');
  assert.match(await (await fetch(`${service.url}/metrics`)).text(), /^spoor_disk_low 1$/m);
});

test('what the database says of its full disk is answered 507, and nothing is recorded', { timeout: 120000 }, async () => {
  const house = await startHouse();
  undo.push(() => house.stop());
  const token = (await house.service.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  const post = poster(house.service, token);
  const event = { event_id: randomUUID(), code: house.demo.sticker.split('/d/')[1], kind: 'moved' };
  await house.sql(`CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON spoor.event FOR EACH ROW EXECUTE FUNCTION public.full_disk()`);
  const counts = await house.counts();
  await assertRefused(await post(event));
  assert.equal(await house.counts(), counts);
  await house.sql('DROP TRIGGER full_disk ON spoor.event');
  assert.equal((await (await post(event)).json()).outcomes[0].outcome, 'recorded');
});
