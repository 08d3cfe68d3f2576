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

test('what was scanned and is known to nobody stands apart, with what was scanned, until somebody says what it was', async () => {
  const free = (await house.sql('SELECT code FROM spoor.label WHERE linked_at IS NULL ORDER BY code LIMIT 2')).split('\n'), desk = await new Client(service.url).signIn('samira', house.demo.accounts.samira);
  const scan = (scanned) => post({ event_id: randomUUID(), kind: 'step', step: 'repair', code: scanned });
  for (const scanned of ['SN-NEVER-SEEN', 'hello', '8712345678906', ...free]) assert.deepEqual(await scan(scanned), ['recorded']);
  assert.match(await page('en'), /Scanned, and known to nobody .* hello 1× recorded, the latest .* by Desk Open This was nothing/);
  assert.match(await page('nl'), /Gescand, en bij niemand bekend .* 8712345678906 1× vastgelegd, het laatst .* door Desk Openen Dit was niets/);
  for (const code of free) assert.match(await page('en'), new RegExp(`${formatted(code)} 1× recorded, the latest [^]* by Desk Open Put it on a device This was nothing`));
  assert.doesNotMatch(await page('en'), /Device was not known/, 'nor is it among what contradicts');
  const html = async () => (await lead.get('/exceptions?lang=en')).text();
  const listed = async (text) => (await page('en')).includes(`${text} 1× recorded`) || (await page('en')).includes(`${text} 3× recorded`);
  const deviceOf = (table, column, value) => house.sql(`SELECT device_id FROM spoor.${table} WHERE ${column} = '${value}'`);
  const form = async (client, path, fields) => (await client.post(path, { token: await client.token('/account'), event_id: randomUUID(), ...fields })).status;
  const nothing = { device_id: await deviceOf('alias', 'value', 'hello') };
  [, nothing.corrects] = (await html()).match(new RegExp(`name="device_id" value="${nothing.device_id}"><input type="hidden" name="corrects" value="([^"]+)"`));
  assert.equal(await form(desk, '/exceptions/nothing', nothing), 403);
  assert.equal(await form(lead, '/exceptions/nothing', nothing), 303);
  assert.equal(await listed('hello'), false);
  assert.equal(await form(lead, '/exceptions/nothing', nothing), 409, 'once');
  assert.deepEqual(await scan('hello'), ['recorded']);
  assert.equal(await listed('hello'), true, 'what is scanned again');
  assert.equal(await form(desk, '/intake', { device_id: await deviceOf('alias', 'value', 'SN-NEVER-SEEN'), make: 'Dell', owner_name: 'Kees', problem: 'Dead' }), 200);
  assert.equal(await listed('SN-NEVER-SEEN'), false, 'what was taken in');
  const known = { device_id: await deviceOf('alias', 'value', 'SN-NEVER-SEEN') };
  known.corrects = await house.sql(`SELECT event_id FROM spoor.event WHERE device_id = '${known.device_id}' ORDER BY seq LIMIT 1`);
  assert.equal(await form(lead, '/exceptions/nothing', known), 409, 'by a page that was opened before');
  assert.equal(await house.sql(`SELECT count(*) FROM spoor.event WHERE device_id = '${known.device_id}' AND kind = 'corrected'`), '0');
  assert.match(await (await desk.get(`/bench?label=${free[0]}&lang=en`)).text(), /Put it on a device that is here already/);
  assert.equal(await form(desk, '/bench/record', { kind: 'label_linked', label: free[0], device_id: await deviceOf('label', 'code', code) }), 303);
  assert.equal(await listed(formatted(free[0])), false, 'whose label is on another device');
  assert.equal(await listed(formatted(free[1])), true);
});
