// The files that auditors and programs take away: what was promised, how a repair ended and what was taken back stand in them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client, startSpoord, waitFor } from '../support/spoord.mjs';

let house, service, auditor, token, audit, device;
const code = () => house.demo.sticker.split('/d/')[1];
const events = {
  eta: { event_id: randomUUID(), kind: 'eta', detail: { expected_on: '2031-02-03', expected_before: '16:00', next_update_on: '2031-02-01' } },
  wrong: { event_id: randomUUID(), kind: 'step', step: 'ready' },
  returned: { event_id: randomUUID(), kind: 'returned', detail: { outcome: 'no_fault_found' } },
};
events.undo = { event_id: randomUUID(), kind: 'corrected', corrects: events.wrong.event_id, detail: { correction: 'did_not_occur' } };
const wanted = {
  eta: { expected_on: '2031-02-03', expected_before: '16:00', next_update_on: '2031-02-01' },
  wrong: {},
  undo: { corrects: events.wrong.event_id, correction: 'did_not_occur' },
  returned: { outcome: 'no_fault_found' },
};
const names = ['expected_on', 'expected_before', 'next_update_on', 'outcome', 'corrects', 'correction'];

before(async () => {
  house = await startHouse();
  service = house.service;
  auditor = await new Client(service.url).signIn('vera', house.demo.accounts.vera);
  token = (await service.run('token', 'add', 'Export desk', '--role', 'lead')).out.trim();
  audit = (await service.run('token', 'add', 'Export audit', '--role', 'auditor')).out.trim();
  device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code().replace('-', '')}'`);
  for (const name of ['eta', 'wrong', 'undo', 'returned']) {
    const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ events: [{ code: code(), ...events[name] }] }) });
    assert.equal((await answer.json()).outcomes[0].outcome, 'recorded', name);
  }
}, { timeout: 120000 });
after(() => house?.stop());

function holds(rows, where) {
  const found = new Map(rows.map((row) => [row.event_id, row]));
  for (const [name, { event_id }] of Object.entries(events)) {
    const told = Object.fromEntries(names.filter((key) => found.get(event_id)[key]).map((key) => [key, found.get(event_id)[key]]));
    assert.deepEqual(told, wanted[name], `${name} in ${where}`);
  }
}

function readCsv(text) {
  const [head, ...rows] = text.replace(/^\ufeff/, '').trim().split('\r\n').map((line) => [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell));
  return rows.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i]])));
}

const asked = (path, bearer) => (bearer ? fetch(service.url + path, { headers: { authorization: `Bearer ${bearer}` } }) : auditor.get(path)).then((answer) => answer.text());

test('the CSV of a device and of the ledger has what was promised, the outcome and what is taken back', async () => {
  for (const path of [`/audit/devices/${device}/csv`, '/audit/csv']) holds(readCsv(await asked(path)), path);
});

test('so has their JSON, on the pages and for programs', async () => {
  holds(JSON.parse(await asked(`/audit/devices/${device}/json`)).events, 'the page');
  for (const path of [`/api/v1/devices/${code()}`, `/api/v1/devices/${code()}/events`]) holds(JSON.parse(await asked(path, token)).events, path);
  holds((await asked('/api/v1/events', audit)).trim().split('\n').map((line) => JSON.parse(line)), 'the ledger');
});

test('each member is described', async () => {
  const description = await (await fetch(`${service.url}/api/v1/openapi.yaml`)).text();
  const recorded = description.split('    Recorded:\n')[1].split(/^ {4}\w/m)[0];
  for (const name of [...names, 'device_seq', 'flags']) assert.match(recorded, new RegExp(`^ {8}${name}: `, 'm'));
});

test('an auditor reads what the two numbers of a record are', async () => {
  for (const path of ['/audit', `/audit/devices/${device}`]) {
    assert.match(await asked(`${path}?lang=en`), /No\. counts the records of the whole ledger, from 0[^<]+ it counts those of the device, from 1\./, path);
    assert.match(await asked(`${path}?lang=nl`), /Nr\. telt [^<]+ het hele logboek, vanaf 0; [^<]+ dat apparaat, vanaf 1\./, path);
  }
});

test('a log of one entry is told as one, on the page and by the command that exports it', async () => {
  const one = await startSpoord({ demo: false }), folder = mkdtempSync(join(tmpdir(), 'spoor-one-'));
  try {
    const added = await one.run('account', 'add', 'ada', '--role', 'auditor');
    const ada = await new Client(one.url).signIn('ada', added.out.match(/\S+\s*$/)[0].trim());
    const page = (language) => ada.get(`/audit?lang=${language}`).then((answer) => answer.text());
    await waitFor('its seal', async () => (await page('en')).includes('Checkpoint over one entry, signed '));
    assert.match(await page('nl'), /Verzegeling van één regel, ondertekend /);
    const told = await one.run('export-bundle', join(folder, 'home'));
    assert.match(told.out, /^Written to \S+home: 1 sealed entry, 0 events and 0 values \(names, notes and others\) with their proofs\.\nCheck it at home with: spoor-verify bundle \S+home --key YOUR-KEY\n$/);
  } finally {
    await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
