// The list of devices in repair: what is stuck can be seen in it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client } from '../support/spoord.mjs';

const HOUR = 3_600_000;
let house, lead, token;

before(async () => {
  house = await startHouse({ SPOOR_SEAL: '0' });
  lead = await new Client(house.service.url).signIn('tom', house.demo.accounts.tom);
  token = (await house.service.run('token', 'add', 'list', '--role', 'lead')).out.trim();
}, { timeout: 120_000 });
after(() => house?.stop());

const ago = (hours) => new Date(Date.now() - hours * HOUR).toISOString();
const list = async (query = '') => (await lead.get(`/devices${query}`)).text();
const cell = (page, serial) => page.match(new RegExp(`<tr>(?:(?!</tr>)[^])*Stuck ${serial}(?:(?!</tr>)[^])*</tr>`))?.[0].replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ') ?? '';
const order = (page) => [...page.matchAll(/<b>Dell Stuck (\S+)<\/b>/g)].map(([, serial]) => serial);

async function tell(serial, ...events) {
  for (const event of events) {
    const answer = await fetch(`${house.service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ events: [{ event_id: randomUUID(), code: serial, ...event }] }) });
    const [outcome] = (await answer.json()).outcomes;
    assert.equal(outcome.outcome, 'recorded', outcome.message);
  }
}

/** A laptop that was taken in so many hours ago, as a tale that is told later has it. */
async function takeIn(serial, hours, ...events) {
  const answer = await lead.post('/intake', { token: await lead.token('/intake'), event_id: randomUUID(), device_id: '', make: 'Dell', model: `Stuck ${serial}`, serial, asset_tag: '', label: '',
    owner_name: `Jo ${serial}`, owner_email: '', problem: 'p', condition: '', accessories: '', expected_on: '' });
  assert.equal(answer.status, 200);
  await house.sql(`UPDATE spoor.repair SET opened_at = now() - interval '${hours} hours' WHERE device_id = (SELECT device_id FROM spoor.alias WHERE value = '${serial}');
    UPDATE spoor.custody SET as_of = '-infinity', step_since = now() - interval '${hours} hours' WHERE device_id = (SELECT device_id FROM spoor.alias WHERE value = '${serial}')`);
  await tell(serial, ...events);
}

test('a device in the list has the time in its step, and that since its intake beside it', async () => {
  await takeIn('A1', 146, { kind: 'step', step: 'ready', happened_at: ago(74) });
  assert.match(cell(await list(), 'A1'), /Ready 3 d 2 h in this step 6 d 2 h since intake/);
});

test('a step of a doubtful clock began when it was recorded, and an undo goes on with the time of the step before', async () => {
  await takeIn('A2', 50, { kind: 'step', step: 'diagnosis', happened_at: '2031-01-01T10:00:00Z' });
  assert.match(cell(await list(), 'A2'), /Diagnosis [0-9]+ min in this step/);
  await takeIn('A3', 50, { kind: 'step', step: 'diagnosis', happened_at: ago(30) });
  await tell('A3', { kind: 'note', public_note: 'n' });
  const event_id = randomUUID();
  await tell('A3', { kind: 'step', step: 'repair', event_id });
  await tell('A3', { kind: 'corrected', corrects: event_id, detail: { correction: 'did_not_occur' } });
  assert.match(cell(await list(), 'A3'), /Diagnosis 1 d 6 h in this step/);
});

test('what stands longest in its step comes first where that is asked, page after page', async () => {
  await takeIn('B1', 100, { kind: 'step', step: 'repair', happened_at: ago(1) });
  await takeIn('B2', 90, { kind: 'step', step: 'repair', happened_at: ago(60) });
  await takeIn('B3', 80, { kind: 'step', step: 'repair', happened_at: ago(40) });
  assert.deepEqual(order(await list('?step=repair')), ['B3', 'B2', 'B1']);
  assert.deepEqual(order(await list('?step=repair&sort=step')), ['B2', 'B3', 'B1']);
  assert.deepEqual(order(await list(`?step=repair&sort=step&before=${Date.now() - 60 * HOUR + 60_000}000`)), ['B3', 'B1']);
  assert.equal((await lead.get('/devices?sort=colour')).status, 400);
});

test('what was returned is found by its step or by a search, not among the devices in repair', async () => {
  await takeIn('C1', 5, { kind: 'step', step: 'ready' }, { kind: 'returned', detail: { outcome: 'repaired' } });
  for (const sort of ['', 'step']) {
    assert.ok(!order(await list(`?sort=${sort}`)).includes('C1'), sort);
    assert.ok(order(await list(`?sort=${sort}&step=return`)).includes('C1'), sort);
    assert.ok(order(await list(`?sort=${sort}&q=Stuck+C1`)).includes('C1'), sort);
  }
});

test('of many that came at the same moment each is on one page, in either order', async () => {
  await house.sql(`SELECT FROM generate_series(1, 120) n, spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'model', 'Same', 'serial', 'SAME-' || n, 'owner_name', 'Mara', 'problem', 'p',
    'actor', (SELECT id FROM spoor.actor WHERE kind = 'system' LIMIT 1)));
    UPDATE spoor.repair r SET opened_at = now() - interval '9 days' FROM spoor.alias a WHERE a.device_id = r.device_id AND a.value LIKE 'SAME-%';
    UPDATE spoor.custody c SET step_since = now() - interval '9 days' FROM spoor.alias a WHERE a.device_id = c.device_id AND a.value LIKE 'SAME-%'`);
  for (const sort of ['', 'step']) {
    const seen = [];
    for (let before = '', pages = 0; before !== undefined && pages < 10; pages++) {
      const page = await list(`?q=Same&sort=${sort}${before && `&before=${before}`}`);
      seen.push(...[...page.matchAll(/(?<!\.)R-\d{4}-\d{6}/g)].map(([number]) => number));
      before = page.match(/name="before" value="([^"]+)"/)?.[1];
    }
    assert.deepEqual([seen.length, new Set(seen).size], [120, 120], sort);
  }
  for (const odd of ['x', '1.', '.R-2026-000001', '1.R-2026-000001x', '9'.repeat(20)])
    assert.equal((await lead.get(`/devices?before=${encodeURIComponent(odd)}`)).status, 400, odd);
});
