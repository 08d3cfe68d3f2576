// What the owner reads on the tracking page, whatever happened at the desk.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client } from '../support/spoord.mjs';

let house, lead, token, devices = 0;

before(async () => {
  house = await startHouse({ SPOOR_SEAL: '0' });
  lead = await new Client(house.service.url).signIn('tom', house.demo.accounts.tom);
  token = (await house.service.run('token', 'add', 'owner-page', '--role', 'lead')).out.trim();
}, { timeout: 120_000 });
after(() => house?.stop());

const ofDevice = (serial) => `device_id = (SELECT device_id FROM spoor.alias WHERE value = '${serial}')`;

/** Takes a laptop in: { serial, device, link, tell(event) }. */
async function takeIn(more = {}) {
  const serial = `OWNER-${++devices}`;
  const receipt = await (await lead.post('/intake', { token: await lead.token('/intake'), event_id: randomUUID(), device_id: '', make: 'Dell', model: 'Latitude', serial, asset_tag: '', label: '',
    owner_name: `Jo ${serial}`, owner_email: '', problem: 'p', condition: '', accessories: '', expected_on: '', ...more })).text();
  const link = receipt.match(/http:[^<"]*(\/t\/[0-9A-Z]{26})/)?.[1];
  assert.ok(link, receipt.slice(0, 3000));
  const tell = async (event) => {
    const answer = await fetch(`${house.service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ events: [{ event_id: randomUUID(), code: serial, ...event }] }) });
    const [outcome] = (await answer.json()).outcomes;
    assert.equal(outcome.outcome, 'recorded', outcome.message);
  };
  return { serial, link, tell, device: await house.sql(`SELECT device_id FROM spoor.alias WHERE value = '${serial}'`) };
}

const plain = (html) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
const part = (html, id) => html.match(new RegExp(`<section[^>]*aria-labelledby="${id}">([^]*?)</section>`))?.[1] ?? '';
const read = async (link, language = 'en') => (await fetch(`${house.service.url}${link}?lang=${language}`)).text();
const headline = (html) => plain(html.match(/<h1>([^<]*)<\/h1>/)[1]);
/** What happened, the latest first. */
const history = (html) => [...part(html, 'history').matchAll(/<time>([^<]*)<\/time><div><b>([^<]*)<\/b>/g)].map(([, when, what]) => ({ when, what }));

for (const outcome of ['lost', 'stolen'])
  test(`what was ${outcome} and is found stands at the desk again when a lead opens its repair`, async () => {
    const { device, link, serial, tell } = await takeIn();
    await tell({ kind: 'step', step: 'diagnosis' });
    await tell({ kind: 'returned', detail: { outcome } });
    const opened = await lead.post('/bench/record', { token: await lead.token('/bench'), event_id: randomUUID(), device_id: device, kind: 'reopened', private_note: 'Found in a cupboard' });
    assert.equal(opened.status, 303);
    const page = await read(link), bench = await (await lead.get(`/bench?device=${device}`)).text();
    assert.equal(headline(page), 'We have your laptop');
    assert.doesNotMatch(part(page, 'who'), /<b>You</);
    assert.match(bench, /<span class="tag blue">Intake</);
    assert.match(bench, /<button class="btn primary big">/, 'it can be worked on');
    assert.equal(await house.sql(`SELECT c.custodian_id <> d.owner_id FROM spoor.custody c JOIN spoor.device d ON d.id = c.device_id WHERE c.${ofDevice(serial)}`), 't');
    assert.deepEqual(history(page).map(({ what }) => what).slice(0, 2), ['Opened again', outcome === 'lost' ? 'Missing' : 'Stolen'], 'and the loss is not called a return');
  });

test('a return stays a return in the history of what is lost later', async () => {
  const { link, tell } = await takeIn();
  await tell({ kind: 'step', step: 'ready' });
  await tell({ kind: 'returned', detail: { outcome: 'repaired' } });
  await tell({ kind: 'step', step: 'repair', reason: 'OTHER' });
  await tell({ kind: 'returned', detail: { outcome: 'lost' } });
  assert.deepEqual(history(await read(link)).filter(({ what }) => /Missing|Returned/.test(what)).map(({ what }) => what), ['Missing', 'Returned: repaired']);
});

test('what a sender with a wrong clock recorded stands where it was recorded, with that time', async () => {
  const { link, tell } = await takeIn();
  await tell({ kind: 'step', step: 'diagnosis', happened_at: '2031-01-01T10:00:00Z' });
  await tell({ kind: 'step', step: 'repair', happened_at: new Date(Date.now() + 86_400_000 * 40).toISOString() });
  await tell({ kind: 'note', public_note: 'The fan was loose' });
  const page = await read(link);
  assert.deepEqual(history(page).map(({ what }) => what), ['Note', 'Repair', 'Diagnosis', 'Handed in']);
  assert.doesNotMatch(plain(page), /2031|1 Jan\b|1 January/);
});
