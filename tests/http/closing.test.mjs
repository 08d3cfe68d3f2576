// A repair ends by itself, 5 working days after it was returned; a lead can open it again.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client, greeting, startSpoord, waitFor } from '../support/spoord.mjs';

const DAY = 86_400_000;
let one, accounts, token, lead;
const others = [];
const due = '5CG4101ABC', notDue = 'PF4A1B2C';
const sql = async (text) => (await promisify(execFile)('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-h', join(one.state, 'state/run'), '-U', 'postgres', '-d', 'spoor', '-c', text])).stdout.trim();
const ofSerial = (serial) => `device_id = (SELECT device_id FROM spoor.alias WHERE value = '${serial}')`;
const closings = (serial) => sql(`SELECT count(*) FROM spoor.event WHERE kind = 'closed' AND ${ofSerial(serial)}`);
const sweepers = (count) => Promise.all(Array.from({ length: count }, () => startSpoord({ demo: false, state: one.state,
  env: { SPOOR_DATABASE: `host=${join(one.state, 'state/run')} dbname=spoor user=spoor_login`, SPOOR_SEAL: '0' } })));
async function post(events) {
  const answer = await fetch(`${one.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ events }) });
  return (await answer.json()).outcomes;
}
const returned = (code, days) => ({ event_id: randomUUID(), code, kind: 'returned', detail: { outcome: 'repaired' }, happened_at: new Date(Date.now() - days * DAY).toISOString() });

before(async () => {
  one = await startSpoord();
  ({ accounts } = greeting(one.output()));
  token = (await one.run('token', 'add', 'desk', '--role', 'technician')).out.trim();
  lead = await new Client(one.url).signIn('tom', accounts.tom);
}, { timeout: 120_000 });
after(async () => {
  for (const service of others) await service.kill('SIGTERM'); // stop() would wait for the end of the database that they share
  await one?.stop();
});

test('what was returned a week ago is closed by itself, once, whoever sweeps; what was not stays open', async () => {
  assert.deepEqual((await post([returned(due, 7.1), returned(notDue, 4.9)])).map(({ outcome }) => outcome), ['recorded', 'recorded']);
  others.push(...(await sweepers(2)));
  await waitFor('the closing', async () => (await closings(due)) !== '0');
  assert.equal(await closings(due), '1');
  assert.equal(await sql(`SELECT link_until::date - closed_at::date || ' ' || (closed_at > now() - interval '5 minutes') FROM spoor.repair WHERE ${ofSerial(due)}`), '90 true');
  for (const service of others.splice(0)) await service.kill('SIGTERM'); // a sweep that had begun has ended
  assert.equal(await closings(due), '1');
  assert.equal(await closings(notDue), '0');
});

test('the closing is sealed as the service\'s own, and says by which rule', async () => {
  const seq = Number(await sql(`SELECT seq FROM spoor.event WHERE kind = 'closed' AND ${ofSerial(due)}`));
  await waitFor('the seal', async () => Number((await (await fetch(`${one.url}/log/checkpoint`)).text()).split('\n')[1]) > seq);
  const auditor = await new Client(one.url).signIn('vera', accounts.vera);
  const html = await (await auditor.get(`/audit/devices/${await sql(`SELECT device_id FROM spoor.alias WHERE value = '${due}'`)}`)).text();
  assert.match(html, /<b>Closed<\/b>[^]*Closed by itself, 5 working days after the return\./);
  assert.ok(!html.includes('class="altered"'));
});

test('a lead opens it again with a reason; a technician cannot', async () => {
  const device_id = await sql(`SELECT device_id FROM spoor.alias WHERE value = '${due}'`);
  const number = await sql(`SELECT number FROM spoor.repair WHERE ${ofSerial(due)}`);
  const form = async (who, more) => who.post('/bench/record', { token: await who.token('/bench'), event_id: randomUUID(), device_id, kind: 'reopened', ...more });
  const desk = await new Client(one.url).signIn('samira', accounts.samira);
  assert.ok(!(await (await desk.get(`/bench?device=${device_id}`)).text()).includes('value="reopened"'));
  assert.equal((await form(desk, { private_note: 'It is broken again' })).status, 403);
  assert.ok((await (await lead.get(`/bench?device=${device_id}`)).text()).includes(`Open ${number} again`));
  assert.equal((await form(lead, { private_note: '' })).status, 400, 'not without a reason');
  assert.equal((await form(lead, { private_note: 'It is broken again' })).status, 303);
  assert.equal(await sql(`SELECT closed_at IS NULL AND returned_at IS NULL AND link_until IS NULL FROM spoor.repair WHERE ${ofSerial(due)}`), 't');
  const page = await (await lead.get(`/bench?device=${device_id}`)).text();
  assert.ok(page.includes('Return to the owner') && !page.includes('value="reopened"'), 'it is in repair again');
});

test('what a lead took back is not closed by itself again', async () => {
  assert.equal((await post([returned(due, 7.2)]))[0].outcome, 'recorded');
  others.push(...(await sweepers(1)));
  await waitFor('the second closing', async () => (await closings(due)) === '2');
  const [closed, device_id] = (await sql(`SELECT event_id, device_id FROM spoor.event WHERE kind = 'closed' AND ${ofSerial(due)} ORDER BY seq DESC LIMIT 1`)).split('|');
  assert.equal((await lead.post('/bench/record', { token: await lead.token('/bench'), event_id: randomUUID(), device_id, kind: 'corrected', corrects: closed })).status, 303);
  for (const service of others.splice(0)) await service.kill('SIGTERM');
  others.push(...(await sweepers(1)));
  for (const service of others.splice(0)) await service.kill('SIGTERM');
  assert.equal(await closings(due), '2');
  assert.equal(await sql(`SELECT closed_at IS NULL FROM spoor.repair WHERE ${ofSerial(due)}`), 't');
});

test('what was called lost and is found again is on the bench, in the lists and with its owner; nobody closes it', async () => {
  const found = 'FOUND-1';
  await one.run('device', 'add', '--model', 'Swift', '--serial', found);
  const device = await sql(`SELECT device_id FROM spoor.alias WHERE value = '${found}'`), desk = await new Client(one.url).signIn('samira', accounts.samira);
  const receipt = await (await desk.post('/intake', { token: await desk.token('/intake'), event_id: randomUUID(), device_id: device, make: '', model: '', serial: '', asset_tag: '', label: '',
    owner_name: 'Jo', owner_email: '', problem: 'p', condition: '', accessories: '', expected_on: '' })).text();
  const link = receipt.match(/http:[^<"]*(\/t\/[0-9A-Z]{26})/)[1];
  const read = async () => [...await Promise.all([`/bench?device=${device}`, `/devices/${device}`, `/devices?q=${(await sql(`SELECT number FROM spoor.repair WHERE ${ofSerial(found)}`))}`].map(async (path) => (await desk.get(path)).text())),
    await (await fetch(one.url + link)).text()];
  const tell = async (event) => assert.equal((await post([{ event_id: randomUUID(), code: found, ...event }]))[0].outcome, 'recorded');
  await tell({ kind: 'returned', detail: { outcome: 'lost' } });
  for (const page of await read()) assert.match(page, /<span class="tag red">Missing<|is missing<\/h1>/);
  await tell({ kind: 'step', step: 'repair', reason: 'OTHER' });
  const [bench, history, list, owner] = await read();
  for (const page of [bench, history, list]) {
    assert.doesNotMatch(page, /<span class="tag red">Missing</);
    assert.match(page, /<span class="tag blue">[^<]*[Rr]epair/);
  }
  assert.match(bench, /<button class="btn primary big">/, 'it can be worked on');
  assert.match(owner, /is being repaired<\/h1>/);
  // As an older version left it, or a return that was told late: returned, and at a step all the same.
  await sql(`UPDATE spoor.repair SET returned_at = now() - interval '8 days', outcome = 'lost' WHERE ${ofSerial(found)}`);
  assert.doesNotMatch((await read())[0], /<span class="tag red">Missing</);
  await sql(`SELECT spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'serial', 'AFTER-1', 'owner_name', 'Mara', 'problem', 'p', 'actor', (SELECT id FROM spoor.actor WHERE kind = 'system' LIMIT 1)))`);
  await sql(`SELECT FROM spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', gen_random_uuid(), 'kind', 'returned', 'alias', 'AFTER-1', 'actor', (SELECT id FROM spoor.actor WHERE kind = 'system' LIMIT 1))));
    UPDATE spoor.repair SET returned_at = now() - interval '7 days 1 hour' WHERE ${ofSerial('AFTER-1')}`);
  others.push(...(await sweepers(1)));
  await waitFor('the closing of the next', async () => (await closings('AFTER-1')) === '1');
  assert.equal(await closings(found), '0');
  for (const service of others.splice(0)) await service.kill('SIGTERM');
});

// [how it began, what ended it, what its link says, what it must not say]
const ends = [
  ['announced', (id) => ({ kind: 'corrected', corrects: id }), /<h1>The repair was cancelled/, /expecting your/],
  ['announced', () => ({ kind: 'closed', detail: { outcome: 'cancelled' } }), /<h1>The repair was cancelled/, /We have your/],
  ['registered', () => ({ kind: 'closed', detail: { outcome: 'cancelled' } }), /<h1>The repair was cancelled/, /We have your|<b>You<\/b>/],
  ['registered', () => ({ kind: 'closed' }), /<h1>This repair is closed/, /We have your|back with you|<b>You<\/b>/],
  ['registered', () => ({ kind: 'closed', detail: { outcome: 'stolen' } }), /<h1>Your laptop was stolen/, /We have your/],
];
for (const [n, [began, end, says, never]] of ends.entries())
  test(`the link of a repair that ended before a return says how (${began}, ${JSON.stringify(end('its intake'))})`, async () => {
    const desk = await new Client(one.url).signIn('tom', accounts.tom);
    const serial = `ENDS-${n}`, api = (await one.run('token', 'add', `lead-${n}`, '--role', 'lead')).out.trim();
    const tell = async (event) => {
      const answer = await fetch(`${one.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${api}` },
        body: JSON.stringify({ events: [{ event_id: randomUUID(), code: serial, ...event }] }) });
      const [outcome] = (await answer.json()).outcomes;
      assert.equal(outcome.outcome, 'recorded', outcome.message);
    };
    await one.run('device', 'add', '--model', 'Swift', '--serial', serial);
    if (began === 'announced') await tell({ kind: 'announced' });
    const event_id = randomUUID();
    const device = await sql(`SELECT device_id FROM spoor.alias WHERE value = '${serial}'`);
    const receipt = await (await desk.post('/intake', { token: await desk.token('/intake'), event_id, device_id: device, make: '', model: '', serial: '', asset_tag: '', label: '',
      owner_name: 'Jo', owner_email: '', problem: 'p', condition: '', accessories: '', expected_on: '' })).text();
    const link = receipt.match(/http:[^<"]*(\/t\/[0-9A-Z]{26})/)?.[1];
    assert.ok(link, receipt.slice(0, 3000));
    if (end('').detail?.outcome === 'stolen') await tell({ kind: 'step', step: 'diagnosis' });
    const { detail, ...rest } = end(event_id);
    await tell({ ...rest, detail: detail ?? { correction: 'did_not_occur' } });
    const html = await (await fetch(one.url + link)).text();
    assert.match(html, says);
    assert.doesNotMatch(html, never);
    assert.doesNotMatch(html, /<[^>]*class="[^"]*now[^"]*"/, 'no step goes on');
  });

test('what is due behind fifty that are refused is closed too, and each refusal is said', async () => {
  await sql(`SELECT FROM generate_series(1, 61) n, spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(), 'serial', 'STUCK-' || n, 'owner_name', 'Mara',
      'problem', 'p', 'actor', (SELECT id FROM spoor.actor WHERE kind = 'system' LIMIT 1)));
    UPDATE spoor.repair SET number = 'R-2025-' || lpad(substr(value, 7), 6, '0'), returned_at = now() - CASE value WHEN 'STUCK-61' THEN interval '19 days' ELSE interval '20 days' END
      FROM spoor.alias a WHERE a.device_id = repair.device_id AND value LIKE 'STUCK-%';
    UPDATE spoor.custody SET step = (SELECT s.name FROM spoor.step s WHERE s.phase = 'returned' LIMIT 1) FROM spoor.alias a WHERE a.device_id = custody.device_id AND value LIKE 'STUCK-%';
    CREATE FUNCTION public.stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT number BETWEEN 'R-2025-000001' AND 'R-2025-000060' FROM spoor.repair WHERE id = NEW.repair_id) THEN
        RAISE 'this one is stuck' USING ERRCODE = 'SP409'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER stuck BEFORE INSERT ON spoor.event FOR EACH ROW WHEN (NEW.kind = 'closed') EXECUTE FUNCTION public.stuck()`);
  const [sweeper] = await sweepers(1);
  others.push(sweeper);
  await waitFor('the closing', async () => (await sql(`SELECT closed_at IS NOT NULL FROM spoor.repair WHERE number = 'R-2025-000061'`)) === 't');
  const refusals = () => sweeper.log().match(/msg="a repair was not closed" repair=R-2025-0000\d\d reason="this one is stuck"/g) ?? [];
  await waitFor('what was said of each', () => new Set(refusals()).size === 60); // a log comes after what it tells
  assert.equal(refusals().length, 60);
});
