// A backup made while the service works: it starts elsewhere, holds what was recorded, and its history is proven.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

const undo = [];
after(async () => {
  for (const step of undo.reverse()) await step();
});

const size = async (service) => Number((await (await fetch(`${service.url}/log/checkpoint`)).text()).split('\n')[1]);
const ledger = async (service, token) =>
  (await (await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })).text()).trim().split('\n').map((line) => JSON.parse(line));

test('a backup of a working service starts elsewhere with the same events, seals on, and is intact', { timeout: 240000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-backup-'));
  chmodSync(folder, 0o777);
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const service = await startSpoord();
  undo.push(() => service.stop());
  const code = greeting(service.output()).sticker.split('/d/')[1];
  const audit = (await service.run('token', 'add', 'reader', '--role', 'auditor')).out.trim();
  const desk = (await service.run('token', 'add', 'writer', '--role', 'technician')).out.trim();
  const post = (where) => fetch(`${where.url}/api/v1/events`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${desk}` },
    body: JSON.stringify({ events: [{ event_id: randomUUID(), code, kind: 'moved' }] }) });
  const before = await ledger(service, audit);
  await waitFor('the seal', async () => (await size(service)) > before.length);
  const key = (await service.run('key', 'show')).out.trim();

  const copy = join(folder, 'copy');
  const made = await service.run('backup', copy);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /is a whole copy, and was verified/);
  assert.ok(!existsSync(`${copy}.part`));
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

test('a PostgreSQL of one’s own is not backed up by spoord, and says what to keep', async () => {
  const { code, err } = await run(['backup', '/nowhere/copy'], { SPOOR_DATABASE: 'postgresql://nobody@127.0.0.1:1/none' });
  assert.equal(code, 2);
  assert.match(err, /^spoord backup: SPOOR_DATABASE names a PostgreSQL of your own: [^\n]*secret\.key[^\n]*\n$/);
});
