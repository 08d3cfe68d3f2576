// A real ledger of twenty events, made by a real spoord on a private PostgreSQL, and the bundles that it exports: with a
// hand-over, notes, a correction, signed scans, an erasure and two keys.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enrolScanner, signed } from '../support/raw_scanner.mjs';
import { Client, startSpoord, waitFor } from '../support/spoord.mjs';

const line = (text) => text.trim().split('\n').pop().trim();

async function must(promise) {
  const { code, out, err } = await promise;
  if (code !== 0) throw new Error(`code ${code}: ${err}${out}`);
  return out;
}

/** → { service, key, keys, folder, devices, events, post(list), sealed(), size(), bundle(name, device), rotate(), erase(), stop() } */
export async function makeLedger() {
  const service = await startSpoord({ demo: false, env: { SPOOR_LOG_NAME: 'desk.example.nl/spoor' } });
  const folder = join(service.state, 'bundles');
  const events = [];
  mkdirSync(folder, { mode: 0o777 });
  const ledger = {
    service, folder, events,
    key: line(await must(service.run('key', 'show'))),
    keys: join(folder, 'keys'),
    token: line(await must(service.run('token', 'add', 'desk', '--role', 'technician'))),
    devices: [],
    async post(list, token = ledger.token) {
      const answer = await fetch(`${service.url}/api/v1/events`, {
        method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ events: list }) });
      const body = await answer.json();
      if (!body.outcomes || body.outcomes.some(({ outcome }) => outcome !== 'recorded')) throw new Error(JSON.stringify(body));
      events.push(...list.map((event, n) => ({ ...event, ...body.outcomes[n] })));
    },
    async size() {
      return Number((await (await fetch(`${service.url}/log/checkpoint`)).text()).split('\n')[1]);
    },
    /** How many events there are; the genesis is not one. */
    recorded() {
      return Math.max(...events.map(({ seq }) => seq));
    },
    async sealed(size) {
      await waitFor(`the seal of ${size} entries`, async () => (await ledger.size()) >= size);
    },
    async bundle(name, ...more) {
      await must(service.run('export-bundle', join(folder, name), ...more));
      return join(folder, name);
    },
    /** The receipt of an event, as a file. */
    async receipt(name, id) {
      const answer = await fetch(`${service.url}/api/v1/events/${id}/receipt?wait=sealed`, { headers: { authorization: `Bearer ${ledger.token}` } });
      writeFileSync(join(folder, name), Buffer.from(await answer.arrayBuffer()));
      return join(folder, name);
    },
    async checkpoint(name) {
      writeFileSync(join(folder, name), Buffer.from(await (await fetch(`${service.url}/log/checkpoint`)).arrayBuffer()));
      return join(folder, name);
    },
    async rotate() {
      const size = await ledger.size();
      const next = line(await must(service.run('key', 'rotate', '--yes')));
      writeFileSync(ledger.keys, `${readFileSync(ledger.keys)}${next}\n`);
      await ledger.sealed(size + 1);
      return next;
    },
    async erase(person) {
      const size = await ledger.size();
      await must(service.run('erase', 'person', person, '--yes'));
      await ledger.sealed(size + 1);
    },
    stop: () => service.stop(),
  };
  try {
    writeFileSync(ledger.keys, `${ledger.key}\n`);
    await fill(ledger);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return ledger;
}

/** Emma brings a laptop: a device, a repair, a holder who may want to be forgotten. */
async function takeIn({ service }) {
  const password = line(await must(service.run('account', 'add', 'noor', '--role', 'technician')));
  const desk = await new Client(service.url).signIn('noor', password.split(' ').pop());
  const answer = await desk.post('/intake', { token: await desk.token('/intake'), event_id: randomUUID(), device_id: '', make: 'Acer', model: 'Swift', serial: 'ACER77', asset_tag: '', label: '',
    owner_name: 'Emma Smit', owner_email: 'emma@example.org', problem: 'falls asleep', condition: 'a dent', accessories: '', expected_on: `${new Date().getFullYear() + 1}-12-24` });
  const page = await answer.text();
  const device = page.match(/\/bench\?device=([0-9a-f-]{36})/)?.[1];
  if (!device) throw new Error(`${answer.status} ${page.slice(0, 2000)}`);
  return device;
}

async function fill(ledger) {
  const { service } = ledger;
  for (const serial of ['8XK2LT3', 'C02ZQ1']) {
    ledger.devices.push(line(await must(service.run('device', 'add', '--make', 'Dell', '--model', 'Latitude', '--serial', serial))));
  }
  ledger.devices.push(await takeIn(ledger));
  const event = (n, kind, more = {}) => ({ event_id: randomUUID(), code: ['8XK2LT3', 'C02ZQ1', 'ACER77'][n], kind, happened_at: new Date().toISOString().replace('Z', '+00:00'), ...more });
  const first = event(0, 'step', { step: 'intake', public_note: 'The "screen" stays dark\n\tsince Monday – é' });
  await ledger.post([first, event(1, 'step', { step: 'intake', private_note: 'bought second hand' })]);
  await ledger.post([event(0, 'step', { step: 'diagnosis' }), event(0, 'waiting', { reason: 'PARTS_ORDERED', detail: { next_update_on: '2026-12-24' } }), event(1, 'note', { private_note: 'scratch \\ dent' })]);
  await ledger.post([event(0, 'note', { public_note: 'Looked at it' })]);
  await ledger.post([event(0, 'waiting_ended'), event(0, 'step', { step: 'repair' }), event(1, 'step', { step: 'diagnosis' })]);
  await ledger.post([event(0, 'corrected', { corrects: first.event_id, public_note: 'since Tuesday' })]);
  const scanner = await enrolScanner(service);
  await ledger.post([event(0, 'step', { step: 'quality_check', public_note: 'Fits, "at last"\n' }), event(1, 'note', { private_note: 'é', clock_skew_ms: -1500, detail: { b: 'x\u0001"', a: [1, 2.5, null] } }),
    event(2, 'note', { public_note: 'clean' })].map((e) => signed(scanner, { ...e, scanner_seq: scanner.next++ })), scanner.token);
  await ledger.post([event(2, 'step', { step: 'diagnosis' }), event(2, 'step', { step: 'ready', reason: 'OTHER' }), event(2, 'returned', { detail: { outcome: 'repaired' } })]);
  while (ledger.recorded() < 20) await ledger.post([event(ledger.events.length % 2, 'note', { private_note: `${ledger.events.length}` })]);
  if (ledger.recorded() !== 20) throw new Error(`${ledger.recorded()} events`);
  await ledger.sealed(21);
}

export { must };
