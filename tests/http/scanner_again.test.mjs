// What the scanner makes of a label or card that is read again, and what it tells of the service's answer.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

const DOUBLED_MS = 3000; // the debounce of the scanner
const folders = [];
let service, code, token;

const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const ledger = async () => lines(await (await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })).text());

async function newScanner() {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-scan-'));
  folders.push(folder);
  const once = (await service.run('scanner', 'add', `A ${folders.length}`, '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const scan = (args, input) => run([...args, '--state', folder], {}, { program: 'spoor-scan', input });
  const enrolled = await scan(['enroll', service.url, once]);
  assert.equal(enrolled.code, 0, enrolled.err);
  return { folder, scan, read: async (args, ...texts) => {
    const { code: exit, out, err } = await scan([...args, '--stdin', '--json'], texts.join('\n'));
    return { exit, err, said: lines(out) };
  } };
}

async function post(event) {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: [{ event_id: randomUUID(), ...event }] }) });
  const [outcome] = (await answer.json()).outcomes;
  assert.equal(outcome.outcome, 'recorded', outcome.message);
  return outcome;
}

before(async () => {
  service = await startSpoord();
  code = greeting(service.output()).sticker.split('/d/')[1];
  token = (await service.run('token', 'add', 'beside', '--role', 'lead')).out.trim();
}, { timeout: 120000 });
after(async () => {
  await service?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test('the same scan after somebody else moved the device is sent: the service decides what it changes, not the scanner', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  const first = await scanner.read(['--step', 'quality_check'], code);
  assert.deepEqual(first.said.map(({ result }) => result), ['recorded']);
  const told = Date.now();
  await post({ code, kind: 'step', step: 'repair', reason: 'QC_FAILED' });
  await waitFor('the end of the debounce', () => Date.now() - told > DOUBLED_MS);
  const again = await scanner.read(['--step', 'quality_check'], code);
  assert.deepEqual(again.said.map(({ result }) => result), ['recorded']);
  assert.match(again.said[0].detail, /Quality check/);
  const mine = [...first.said, ...again.said].map(({ event_id }) => event_id);
  const rows = (await ledger()).filter(({ device_id }, _, all) => device_id === all.find(({ event_id }) => event_id === mine[0]).device_id);
  assert.deepEqual(rows.slice(-3).map(({ step }) => step), ['quality_check', 'repair', 'quality_check']);
});

test('a label that is read twice within a moment is one scan, and is not said to be recorded', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  const { exit, said } = await scanner.read(['--step', 'repair'], 'TWICE-1', 'TWICE-1', 'TWICE-2');
  assert.equal(exit, 11);
  assert.deepEqual(said.map(({ code: name, result }) => `${name} ${result}`), ['TWICE-1 not known', 'TWICE-1 read twice', 'TWICE-2 not known']);
  assert.equal(said[1].detail, 'the same as a moment ago, not recorded again: step repair');
});
