// A private PostgreSQL of another major version: nothing is touched, and the commands that are named do work.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

const call = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'spoor-old-'));
chmodSync(folder, 0o755);
const undo = [() => rmSync(folder, { recursive: true, force: true })];
after(async () => {
  for (const step of undo.reverse()) await step();
});
const state = join(folder, 'state'), data = join(state, 'pg');
const spoord = (...args) => run(args, { SPOOR_STATE: state });
const version = (text) => writeFileSync(join(data, 'PG_VERSION'), `${text}\n`);
const newest = Math.max(...readdirSync('/usr/lib/postgresql').map(Number));

test('a database of another major version is refused with what to do, and a newer one too', { timeout: 120000 }, async () => {
  const service = await startSpoord({ state: folder });
  undo.push(() => service.stop());
  const running = await spoord('upgrade');
  assert.equal(running.code, 4, running.err);
  assert.match(running.err, /^spoord upgrade: the service works in [^\n]*; stop it first\n$/);
  await service.kill('SIGTERM');
  assert.match((await spoord('upgrade')).out, new RegExp(`^# .* is of PostgreSQL ${newest}, the newest here; there is nothing to do\\n$`));
  version(newest - 1);
  const older = await spoord('serve');
  assert.equal(older.code, 2);
  assert.match(older.err, new RegExp(`holds a database of PostgreSQL ${newest - 1}, but this machine has ${newest}; nothing was touched\\. ` +
    `Install postgresql-${newest - 1}; then \`spoord upgrade\` prints the commands that bring it to ${newest}\\n$`));
  version(newest + 1);
  assert.match((await spoord('serve')).err, new RegExp(`PostgreSQL ${newest + 1}, but this machine has ${newest}; nothing was touched\\. Install postgresql-${newest + 1}\\n$`));
  assert.equal((await spoord('upgrade')).code, 2);
  version(newest);
});

test('the commands that are printed bring a database over, with all that was recorded and sealed', { timeout: 240000 }, async () => {
  const before = await startSpoord({ state: folder });
  undo.push(() => before.stop());
  const audit = (await before.run('token', 'add', 'reader', '--role', 'auditor')).out.trim();
  const ledger = async (of) => (await fetch(`${of.url}/api/v1/events`, { headers: { authorization: `Bearer ${audit}` } })).text();
  const size = async (of) => Number((await (await fetch(`${of.url}/log/checkpoint`)).text()).split('\n')[1]);
  const recorded = await ledger(before);
  await waitFor('the seal', async () => (await size(before)) > recorded.trim().split('\n').length);
  const sealed = await size(before);
  await before.kill('SIGTERM');

  // Only one version is here: what is printed for an older one is tried with its own programs.
  version(newest - 1);
  const { out, code, err } = await spoord('upgrade');
  assert.equal(code, 0, err);
  version(newest);
  const script = out.replaceAll(`postgresql/${newest - 1}/`, `postgresql/${newest}/`);
  assert.notEqual(script, out);
  const shell = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--', 'sh'] : ['sh'];
  const child = call(shell[0], [...shell.slice(1)], { cwd: '/', maxBuffer: 1 << 24 });
  child.child.stdin.end(script);
  await child;
  assert.ok(existsSync(join(state, `pg.${newest - 1}`)), 'what was there is kept');
  assert.ok(!existsSync(join(state, 'delete_old_cluster.sh')), 'it would delete what now has the old one\'s name');

  const later = await startSpoord({ state: folder, demo: false });
  undo.push(() => later.stop());
  assert.equal(await ledger(later), recorded);
  const desk = (await later.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  const answer = await fetch(`${later.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${desk}` },
    body: JSON.stringify({ events: [{ event_id: '5b2f6a0e-95f1-4f0a-8f6a-1b8d4a0c9e11', code: greeting(before.output()).sticker.split('/d/')[1], kind: 'moved' }] }) });
  assert.equal((await answer.json()).outcomes[0].outcome, 'recorded');
  await waitFor('the next seal', async () => (await size(later)) > sealed);
  assert.doesNotMatch(later.log(), /<[0-4]>/);
});
