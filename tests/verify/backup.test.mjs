// A backup made while the service works: it starts elsewhere, holds what was recorded, and its history is proven.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { closing } from '../support/patience.mjs';
import { build, Client, greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

const undo = [];
after(async () => {
  for (const step of undo.reverse()) await step();
});

/** A folder of its own that PostgreSQL's user may write into. */
function room() {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-backup-'));
  chmodSync(folder, 0o777);
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The command lines that name a path. */
const processesAbout = (path) => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return ''; // it ended meanwhile
  }
}).filter((line) => line.includes(path));

/** A tmpfs of so many MiB, or undefined where this user may not mount. */
function smallDisk(size) {
  const folder = room();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=777`, 'spoor-small', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  undo.push(() => execFileSync('umount', ['-l', folder]));
  return folder;
}

const size = async (service) => Number((await (await fetch(`${service.url}/log/checkpoint`)).text()).split('\n')[1]);
const sql = async ({ state }, text) =>
  (await promisify(execFile)('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-h', join(state, 'state/run'), '-U', 'postgres', '-d', 'spoor', '-c', text])).stdout.trim();
const poster = (code, desk) => (where) => fetch(`${where.url}/api/v1/events`, {
  method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${desk}` },
  body: JSON.stringify({ events: [{ event_id: randomUUID(), code, kind: 'moved' }] }) });
const ledger = async (service, token) =>
  (await (await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })).text()).trim().split('\n').map((line) => JSON.parse(line));

test('a backup of a working service starts elsewhere with the same events, seals on, and is intact', { timeout: 240000 }, async () => {
  const folder = room();
  const service = await startSpoord();
  undo.push(() => service.stop());
  const code = greeting(service.output()).sticker.split('/d/')[1];
  const audit = (await service.run('token', 'add', 'reader', '--role', 'auditor')).out.trim();
  const desk = (await service.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  const post = poster(code, desk);
  const before = await ledger(service, audit);
  await waitFor('the seal', async () => (await size(service)) > before.length);
  const key = (await service.run('key', 'show')).out.trim();

  const copy = join(folder, 'copy');
  const made = await service.run('backup', copy);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /is a whole copy, and was verified/);
  assert.ok(!existsSync(`${copy}.part`));
  for (const within of ['state/copy', 'state/copy/', 'state/pg/../copy']) {
    const inside = await service.run('backup', `${service.state}/${within}`);
    assert.equal(inside.code, 2, within);
    assert.match(inside.err, /^spoord backup: the copy would lie within [^\n]*; choose a folder elsewhere[^\n]*\n$/);
  }
  assert.ok(!readdirSync(join(service.state, 'state')).some((name) => name.startsWith('copy')));
  const twice = await service.run('backup', copy);
  assert.equal(twice.code, 4);
  assert.match(twice.err, /^spoord backup: there is something at .*\n$/);
  assert.equal((await post(service)).status, 200, 'the service went on');

  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  chmodSync(elsewhere, 0o755);
  execFileSync('cp', ['-a', copy, join(elsewhere, 'state')]);
  const other = await startSpoord({ state: elsewhere, demo: false });
  undo.push(() => other.stop());
  assert.deepEqual(await ledger(other, audit), before);
  assert.equal((await other.run('key', 'show')).out.trim(), key);
  assert.equal((await post(other)).status, 200, 'tokens work: the key of their hashes came along');
  await waitFor('the next seal', async () => (await size(other)) > before.length + 1);
  const bundle = join(folder, 'bundle');
  const exported = await other.run('export-bundle', bundle);
  assert.equal(exported.code, 0, exported.err);
  const verdict = await run(['bundle', bundle, '--key', key], {}, { program: 'spoor-verify' });
  assert.equal(verdict.code, 0, verdict.out + verdict.err);
});

test('a backup made while many records are sealed fits together: it starts without an incident', { timeout: 240000 }, async () => {
  const folder = room();
  const service = await startSpoord();
  undo.push(() => service.stop());
  const code = greeting(service.output()).sticker.split('/d/')[1];
  const desk = (await service.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  const post = poster(code, desk), copy = join(folder, 'copy');
  const making = service.run('backup', copy);
  let posted = 0, making_on = true;
  making.then(() => (making_on = false));
  for (; making_on; posted++) assert.equal((await post(service)).status, 200, 'recording goes on');
  assert.equal((await making).code, 0, (await making).err);
  assert.ok(posted > 5);
  const audit = (await service.run('token', 'add', 'reader', '--role', 'auditor')).out.trim();
  const recorded = (await ledger(service, audit)).length;
  await waitFor('the sealer to go on', async () => (await size(service)) > recorded);
  assert.doesNotMatch(service.log(), /sealing stands still/);

  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o755 });
  execFileSync('cp', ['-a', copy, join(elsewhere, 'state')]);
  const other = await startSpoord({ state: elsewhere, demo: false });
  undo.push(() => other.stop());
  assert.equal((await post(other)).status, 200);
  await waitFor('the next seal', async () => (await sql(other, 'SELECT max(c.size) = h.next_seq FROM spoor.checkpoint c, spoor.ledger_head h GROUP BY h.next_seq')) === 't');
  assert.equal(await sql(other, 'SELECT count(*) FROM spoor.notice WHERE type = 7'), '0', 'no incident had to be told');
});

test('where the sealer’s folder survived, the log of a restored backup says what is missing', { timeout: 240000 }, async () => {
  const folder = room();
  const service = await startSpoord();
  undo.push(() => service.stop());
  const desk = (await service.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  const post = poster(greeting(service.output()).sticker.split('/d/')[1], desk);
  const isSealed = async () => (await sql(service, 'SELECT (SELECT max(size) FROM spoor.checkpoint) = next_seq FROM spoor.ledger_head')) === 't';
  await waitFor('the seal of all that the demo made', isSealed);
  assert.equal((await service.run('backup', join(folder, 'state'))).code, 0);
  for (let n = 0; n < 3; n++) assert.equal((await post(service)).status, 200);
  await waitFor('the seal', isSealed);
  const sealed = await size(service);
  await service.kill('SIGTERM');
  execFileSync('rm', ['-r', join(folder, 'state', 'seal')]);
  execFileSync('cp', ['-a', join(service.state, 'state', 'seal'), join(folder, 'state')]);
  const other = await startSpoord({ state: folder, demo: false });
  undo.push(() => other.stop());
  await waitFor('the seal of what is missing', async () => (await size(other)) > sealed);
  assert.equal(await sql(other, 'SELECT to_size - from_size FROM spoor.notice WHERE type = 7 AND incident = 1'), '3');
  const auditor = await new Client(other.url).signIn('vera', greeting(service.output()).accounts.vera);
  const page = async (language) => (await auditor.get(`/audit?lang=${language}`)).text();
  assert.match(await page('en'), /<b>The database was restored from an older copy<\/b><br><span class="muted">Records \d+ to \d+ were lost from it\.</);
  assert.match(await page('nl'), /<b>De database is teruggezet uit een oudere kopie<\/b>/);
  assert.equal((await post(other)).status, 200);
});

test('a backup that does not fit is refused before it begins, with what it needs and what is free', { timeout: 120000 }, async (t) => {
  const disk = smallDisk(24);
  if (!disk) return t.skip('only root can mount a small disk');
  const service = await startSpoord({ demo: false });
  undo.push(() => service.stop());
  const { code, err } = await service.run('backup', join(disk, 'copy'));
  assert.notEqual(code, 0);
  assert.match(err, /^spoord backup: the copy needs \d+ MiB, and \S+ has \d+ MiB free; nothing was begun\n$/);
  assert.deepEqual(readdirSync(disk), []);
});

test('a backup beside the data leaves free what the service keeps free, or is refused', { timeout: 120000 }, async (t) => {
  const disk = smallDisk(380);
  if (!disk) return t.skip('only root can mount a small disk');
  const service = await startSpoord({ demo: false, state: disk });
  undo.push(() => service.stop());
  const { code, err } = await service.run('backup', join(disk, 'copy'));
  assert.notEqual(code, 0);
  assert.match(err, /^spoord backup: the copy needs \d+ MiB beside the 256 MiB that the service keeps free \(SPOOR_RESERVE_MB\), and \S+ has \d+ MiB free; nothing was begun\n$/);
  assert.ok(!existsSync(join(disk, 'copy.part')));
  assert.equal((await service.run('backup', join(room(), 'copy'))).code, 0, 'on another disk it fits');
});

test('while a backup is made, pages and log say that sealing waits for it; then that it goes on', { timeout: 120000 }, async () => {
  const service = await startSpoord();
  undo.push(() => service.stop());
  const { accounts } = greeting(service.output());
  await waitFor('the first seal', () => size(service));
  const holding = sql(service, "SET application_name = 'a backup'; SELECT pg_advisory_lock(7307200); SELECT pg_sleep(600)").catch(() => {});
  await waitFor('the sealer to step aside', async () => (await sql(service, "SELECT state || ' ' || message FROM spoor.sealing")) === 'waiting a backup is being made');
  const desk = await new Client(service.url).signIn('samira', accounts.samira), auditor = await new Client(service.url).signIn('vera', accounts.vera);
  const intake = (lang) => desk.token('/intake').then((token) => desk.post(`/intake?lang=${lang}`, { token, event_id: randomUUID(), device_id: '', make: 'Acme', model: 'One', serial: `B-${lang}`, asset_tag: '', label: '',
    owner_name: 'Jo', owner_email: '', problem: 'p', condition: '', accessories: '', expected_on: '' })).then((answer) => answer.text());
  assert.match(await intake('en'), /A backup is being made; the record is sealed after it\./);
  assert.match(await intake('nl'), /Er wordt een reservekopie gemaakt; de regel wordt daarna verzegeld\./);
  assert.match(await (await auditor.get('/audit?lang=en')).text(), /A backup is being made\. What is recorded meanwhile is sealed after it\./);
  const older = (sign) => sql(service, `SET session_replication_role = replica; UPDATE spoor.event SET recorded_at = recorded_at ${sign} interval '20 minutes' WHERE seq >= (SELECT max(size) FROM spoor.checkpoint)`);
  await older('-');
  assert.match(await (await auditor.get('/audit?lang=en')).text(), /Sealing is behind: the oldest record that waits for its seal was recorded (today|yesterday), \d+:\d\d\. Have somebody look/);
  assert.match(await (await auditor.get('/audit?lang=nl')).text(), /Het verzegelen loopt achter/);
  await older('+');
  assert.doesNotMatch(await (await auditor.get('/audit?lang=en')).text(), /Sealing is behind/);
  await sql(service, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'a backup'");
  await holding;
  await waitFor('the sealer to go on', async () => (await sql(service, 'SELECT state FROM spoor.sealing')) === 'sealing');
  assert.doesNotMatch(await (await auditor.get('/audit?lang=en')).text(), /A backup is being made/);
  await waitFor('that in the log', () => service.log().includes('msg="sealing goes on"'));
  assert.deepEqual(service.log().match(/msg="sealing [^"]*"( reason="[^"]*")?/g), ['msg="sealing waits" reason="a backup is being made"', 'msg="sealing goes on"']);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
  test(`a backup that is stopped with ${signal} leaves nothing, and the service works on`, { timeout: 120000 }, async () => {
    const folder = room();
    const service = await startSpoord();
    undo.push(() => service.stop());
    const copy = join(folder, 'copy');
    const child = spawn(join(build, 'spoord'), ['backup', copy], { env: { ...process.env, SPOOR_STATE: join(service.state, 'state') }, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    const ended = closing(child);
    await waitFor('the copying', () => existsSync(join(`${copy}.part`, 'pg', 'base')));
    child.kill(signal);
    const how = (([code, by]) => ({ code, by }))(await ended());
    assert.equal(how.by, null, 'it ends by itself');
    assert.notEqual(how.code, 0);
    assert.match(said, /^spoord backup: stopped; nothing is left of it\n$/);
    assert.deepEqual(readdirSync(folder), []);
    assert.deepEqual(processesAbout(copy), []);
    const again = await service.run('backup', copy);
    assert.equal(again.code, 0, again.err);
  });

test('a backup that is killed copies no further, and sealing goes on', { timeout: 120000 }, async () => {
  const folder = room();
  const service = await startSpoord();
  undo.push(() => service.stop());
  const copy = join(folder, 'copy');
  const child = spawn(join(build, 'spoord'), ['backup', copy], { env: { ...process.env, SPOOR_STATE: join(service.state, 'state') }, stdio: 'ignore' });
  const ended = closing(child);
  let senders = [];
  await waitFor('the copying', async () => (senders = (await sql(service, "SELECT pid FROM pg_stat_replication WHERE state = 'backup'")).split('\n').filter(Boolean).map(Number)).length > 0);
  for (const pid of senders) {
    process.kill(pid, 'SIGSTOP'); // so that it cannot end by itself
    undo.push(() => process.kill(pid, 'SIGCONT'));
  }
  child.kill('SIGKILL');
  await ended();
  await waitFor('the end of what it started', () => processesAbout(copy).length === 0);
  assert.ok(!existsSync(copy));
  const before = await size(service);
  const desk = (await service.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  assert.equal((await poster(greeting(service.output()).sticker.split('/d/')[1], desk)(service)).status, 200);
  await waitFor('the seal', async () => (await size(service)) > before);
});

test('a PostgreSQL of one’s own is not backed up by spoord, and says what to keep', async () => {
  const { code, err } = await run(['backup', '/nowhere/copy'], { SPOOR_DATABASE: 'postgresql://nobody@127.0.0.1:1/none' });
  assert.equal(code, 2);
  assert.match(err, /^spoord backup: SPOOR_DATABASE names a PostgreSQL of your own: [^\n]*secret\.key[^\n]*\n$/);
});
