// A service that was restored from a backup has lost what it had acknowledged later: the scanners still have it, and send it again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client, freePort, greeting, run, startSpoord } from '../support/spoord.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-lost-'));
chmodSync(folder, 0o777);
const undo = [() => rmSync(folder, { recursive: true, force: true })];
after(async () => {
  for (const step of undo.reverse()) await step();
});
const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));

test('what a restored service has lost, the scanner sends again under the same numbers; what it has, it knows', { timeout: 240000 }, async () => {
  const port = await freePort(), state = join(folder, 'scanner');
  const first = await startSpoord({ port });
  undo.push(() => first.stop());
  const scan = (args, input) => run([...args, '--state', state], {}, { program: 'spoor-scan', input });
  const read = async (...texts) => lines((await scan(['--step', 'repair', '--stdin', '--json'], texts.join('\n'))).out);
  const once = (await first.run('scanner', 'add', 'Bench 7', '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const admin = greeting(first.output()).accounts.admin;
  assert.equal((await scan(['enroll', first.url, once])).code, 0);
  const told = await read('LOST-1', 'LOST-2');
  assert.equal((await first.run('backup', join(folder, 'copy'))).code, 0);
  told.push(...(await read('LOST-3', 'LOST-4')));
  await first.kill('SIGTERM');
  mkdirSync(join(folder, 'again'), { mode: 0o755 });
  execFileSync('cp', ['-a', join(folder, 'copy'), join(folder, 'again/state')]);
  const again = await startSpoord({ port, state: join(folder, 'again'), demo: false });
  undo.push(() => again.stop());
  const desk = await new Client(again.url).signIn('admin', admin);
  const exceptions = async () => (await desk.get('/exceptions')).text();
  told.push(...(await read('LOST-5')));
  assert.match(await exceptions(), /sync --resend[^]*<b>Bench 7<\/b><small>[^<]*3[^<]*4/);
  const sent = await scan(['sync', '--resend']);
  assert.equal(sent.out, '2 recorded; 3 were known already.\nEverything was sent.\n', sent.err);
  assert.doesNotMatch(await exceptions(), /sync --resend/);
  assert.equal((await scan(['sync', '--resend'])).out, '0 recorded; 5 were known already.\nEverything was sent.\n');
  const token = (await again.run('token', 'add', 'audit', '--role', 'auditor')).out.trim();
  const rows = lines(await (await fetch(`${again.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })).text());
  const mine = new Map(told.map(({ event_id, scanner_seq }) => [event_id, scanner_seq]));
  assert.deepEqual(rows.map(({ event_id }) => event_id).filter((id) => mine.has(id)).sort(), [...mine.keys()].sort());
});
