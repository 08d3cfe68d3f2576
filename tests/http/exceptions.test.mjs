// The list of what a lead should look at: each row says of which device it is, and what was said.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client } from '../support/spoord.mjs';

let house, service, code, lead, token;
const page = async (language) => (await (await lead.get(`/exceptions?lang=${language}`)).text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
const post = async (...events) => {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ events }) });
  return (await answer.json()).outcomes.map(({ outcome }) => outcome);
};
const formatted = (text) => `${text.slice(0, 5)}-${text.slice(5)}`;

before(async () => {
  house = await startHouse();
  service = house.service;
  code = house.demo.sticker.split('/d/')[1].replace('-', '');
  lead = await new Client(service.url).signIn('tom', house.demo.accounts.tom);
  token = (await service.run('token', 'add', 'Desk', '--role', 'technician')).out.trim();
}, { timeout: 120000 });
after(() => house?.stop());

test('what is kept apart names the device by model, label and serial number, and the step, in the reader\'s language', async () => {
  const serial = await house.sql(`SELECT a.value FROM spoor.alias a JOIN spoor.label l ON l.device_id = a.device_id WHERE l.code = '${code}' AND a.kind = 'serial'`);
  const model = await house.sql(`SELECT btrim(d.make || ' ' || d.model) FROM spoor.device d JOIN spoor.label l ON l.device_id = d.id WHERE l.code = '${code}'`);
  assert.ok(serial && model);
  const used = { event_id: randomUUID(), kind: 'note', code, public_note: 'Once' };
  assert.deepEqual(await post(used), ['recorded']);
  assert.deepEqual(await post({ event_id: used.event_id, kind: 'step', step: 'diagnosis', code }), ['conflict']);
  assert.ok((await page('en')).includes(`Diagnosis · ${model} ${formatted(code)} ${serial} this event_id was used before`), await page('en'));
  assert.ok((await page('nl')).includes(`Onderzoek · ${model} ${formatted(code)} ${serial}`), await page('nl'));
});

test('of a device that nobody knows it says what was scanned, of a correction which device it was about', async () => {
  const used = { event_id: randomUUID(), kind: 'note', code, public_note: 'Once' };
  await post(used);
  assert.deepEqual(await post({ ...used, code: 'SERIAL-OF-NOBODY' }), ['conflict']);
  assert.match(await page('en'), /Note · Unknown device SERIAL-OF-NOBODY/);
  assert.match(await page('nl'), /Notitie · Onbekend apparaat SERIAL-OF-NOBODY/);
  const { code: nothing, public_note: none, ...bare } = used;
  assert.deepEqual(await post({ ...bare, kind: 'corrected', corrects: used.event_id, detail: { correction: 'did_not_occur' } }), ['conflict']);
  assert.match(await page('en'), new RegExp(`Correction · (?!Unknown)[^·]+ ${formatted(code)}`));
});

test('what was recorded with a flag names the device by its serial number too', async () => {
  assert.deepEqual(await post({ event_id: randomUUID(), kind: 'step', step: 'repair', code: 'SN-NEVER-SEEN' }), ['recorded']);
  assert.match(await page('en'), /Unknown device SN-NEVER-SEEN Repair → Desk Device was not known/);
  assert.match(await page('nl'), /Onbekend apparaat SN-NEVER-SEEN Reparatie → Desk/);
});
