// One device stays one: whichever way its serial number comes in again, whoever types it is led to the device that has it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client } from '../support/spoord.mjs';

let house, samira, token, known, number;

const plain = (html) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"');
const free = () => house.sql('SELECT code FROM spoor.label WHERE linked_at IS NULL AND revoked_at IS NULL ORDER BY code LIMIT 1');
const deviceOf = (label) => house.sql(`SELECT device_id FROM spoor.label WHERE code = '${label}'`);
const devices = () => house.sql("SELECT count(DISTINCT device_id) FROM spoor.alias WHERE value = 'SN-1'");
async function send(path, fields) {
  const answer = await samira.post(path, { token: await samira.token('/account'), event_id: randomUUID(), ...fields });
  return { status: answer.status, page: plain(await answer.text()), at: answer.headers.get('location') };
}
const takeIn = (fields, language = 'en') => send(`/intake?lang=${language}`, { owner_name: 'Kees', problem: 'It is dead', ...fields });
async function scan(code) {
  const answer = await fetch(`${house.service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: [{ event_id: randomUUID(), kind: 'step', step: 'diagnosis', code }] }) });
  assert.equal((await answer.json()).outcomes[0].outcome, 'recorded');
}

before(async () => {
  house = await startHouse();
  samira = await new Client(house.service.url).signIn('samira', house.demo.accounts.samira);
  token = (await house.service.run('token', 'add', 'desk', '--role', 'technician')).out.trim();
  const { page } = await takeIn({ make: 'Dell', model: 'Latitude 7350', serial: 'SN-1' });
  [, known] = page.match(/\/bench\?device=([0-9a-f-]+)/);
  [number] = page.match(/R-\d{4}-\d{6}/);
}, { timeout: 120000 });
after(() => house?.stop());

test('an unknown device that is taken in with a serial number in repair is refused, with that repair and a button for the label', async () => {
  const label = await free();
  await scan(label);
  const unknown = await deviceOf(label), before = await house.counts();
  for (const how of [{ device_id: unknown }, { label }, { device_id: unknown, label }]) {
    const { status, page } = await takeIn({ ...how, make: 'Dell', serial: 'SN-1' });
    assert.equal(status, 409);
    assert.doesNotMatch(page, /[{}]{2}/);
    assert.match(page, new RegExp(`This device is in repair already, as ${number} <a class="btn" href="/bench\\?device=${known}">Open ${number}</a>`));
    assert.match(page, new RegExp(`name="device_id" value="${known}"[^]*name="kind" value="label_linked"[^]*name="label" value="${label}"[^]*Put the label on that one`));
    assert.match((await takeIn({ ...how, serial: 'SN-1' }, 'nl')).page, new RegExp(`is al in reparatie, als ${number}[^]*Plak het label daarop`));
    assert.match((await takeIn({ ...how, make: 'HP', serial: 'SN-1' })).page, /This serial number is on Dell Latitude 7350, not on HP\./);
  }
  assert.equal(await house.counts(), before);
  const { status, at } = await send('/bench/record', { device_id: known, kind: 'label_linked', label });
  assert.equal(status, 303);
  assert.match(at, new RegExp(known));
  assert.equal(await deviceOf(label), known);
  assert.equal(await devices(), '1');
});

test('so is a new label with that serial number, and the label can go on it', async () => {
  const label = await free(), { status, page } = await takeIn({ make: 'Dell', serial: 'SN-1', label });
  assert.equal(status, 409);
  assert.match(page, new RegExp(`href="/bench\\?device=${known}">Open ${number}[^]*name="label" value="${label}"[^]*Put the label on that one`));
});

test('a serial number of a device that went home leads to that device', async () => {
  await send('/bench/record', { device_id: known, kind: 'returned', outcome: 'repaired' });
  const label = await free();
  await scan(label);
  const unknown = await deviceOf(label), { status, page } = await takeIn({ device_id: unknown, serial: 'SN-1' });
  assert.equal(status, 409);
  assert.match(page, new RegExp(`Dell Latitude 7350 has this serial number and is known here: put the label on it, and take that one in\\. <a class="btn" href="/bench\\?device=${known}">Open Dell Latitude 7350</a>`));
  assert.match((await takeIn({ device_id: unknown, serial: 'SN-1' }, 'nl')).page, /Dell Latitude 7350 heeft dit serienummer en is hier bekend/);
  assert.equal(await devices(), '1');
});

test('an asset tag that is known leads to its device, with or without a label', async () => {
  const first = await takeIn({ make: 'HP', model: 'ZBook', serial: 'SN-TAG', asset_tag: 'IT-0042' });
  assert.equal(first.status, 200, first.page);
  const [, zbook] = first.page.match(/\/bench\?device=([0-9a-f-]+)/), [order] = first.page.match(/R-\d{4}-\d{6}/);
  const tagged = () => house.sql("SELECT count(DISTINCT device_id) FROM spoor.alias WHERE value = 'IT-0042'");
  const label = await free(), before = await house.counts();
  for (const fields of [{ asset_tag: 'IT-0042' }, { make: 'HP', asset_tag: 'IT-0042', label }]) {
    const { status, page } = await takeIn(fields);
    assert.equal(status, 409);
    assert.match(page, new RegExp(`This device is in repair already, as ${order} <a class="btn" href="/bench\\?device=${zbook}">Open ${order}</a>`));
  }
  assert.match((await takeIn({ make: 'Dell', asset_tag: 'IT-0042' })).page, /This asset tag is on HP ZBook, not on Dell\. Look at what you typed again, or leave the tag empty\./);
  assert.match((await takeIn({ serial: 'SN-OTHER', asset_tag: 'IT-0042' })).page, /This asset tag is on HP ZBook, not on SN-OTHER\./);
  assert.equal(await house.counts(), before);

  await send('/bench/record', { device_id: zbook, kind: 'returned', outcome: 'repaired' });
  const back = await takeIn({ asset_tag: 'IT-0042' });
  assert.equal(back.status, 200, back.page);
  assert.match(back.page, new RegExp(`/bench\\?device=${zbook}`));
  assert.equal(await tagged(), '1');
});

test('an asset tag on a device with another serial number is refused, in words of both languages', async () => {
  await send('/bench/record', { device_id: await house.sql("SELECT device_id FROM spoor.alias WHERE value = 'IT-0042'"), kind: 'returned', outcome: 'repaired' });
  assert.match((await takeIn({ serial: 'SN-1', asset_tag: 'IT-0042' })).page, /This asset tag is on HP ZBook, not on SN-1\./);
  const label = await free();
  await scan(label);
  const unknown = await deviceOf(label), { status, page } = await takeIn({ device_id: unknown, asset_tag: 'IT-0042' });
  assert.equal(status, 409);
  assert.match(page, /HP ZBook has this asset tag and is known here: put the label on it, and take that one in\./);
  assert.match((await takeIn({ device_id: unknown, asset_tag: 'IT-0042' }, 'nl')).page, /HP ZBook heeft dit inventarisnummer en is hier bekend/);
  assert.match((await takeIn({ make: 'Dell', asset_tag: 'IT-0042' }, 'nl')).page, /Dit inventarisnummer is van HP ZBook, niet van Dell\./);
});

test('a serial number of nobody identifies the unknown device', async () => {
  const label = await free();
  await scan(label);
  const { status, page } = await takeIn({ device_id: await deviceOf(label), make: 'Dell', model: 'XPS', serial: 'SN-2' });
  assert.equal(status, 200, page);
});

test('the same device is not registered twice on the command line; the same number of another maker is', async () => {
  const add = (...args) => house.service.run('device', 'add', ...args);
  const first = await add('--make', 'Dell', '--model', 'Latitude', '--serial', 'C1');
  assert.equal(first.code, 0);
  const id = first.out.trim(), before = await house.counts();
  for (const args of [['--serial', 'C1'], ['--make', 'Dell', '--model', 'Latitude', '--serial', 'C1'], ['--make', 'dell', '--serial', 'C1']]) {
    const again = await add(...args);
    assert.equal(again.code, 4, args.join(' '));
    assert.match(again.err, new RegExp(`^spoord[a-z ]*: .*C1.*${id}.*\n$`));
  }
  assert.equal(await house.counts(), before);
  assert.equal((await add('--make', 'Lenovo', '--model', 'T14', '--serial', 'C1')).code, 0);
});

test('a device without a name can be opened in the list and says on its page what it is', async () => {
  await takeIn({ serial: 'ONLY-SERIAL' });
  await takeIn({ serial: 'NO-NAME-2', label: await free() });
  for (const language of ['en', 'nl']) {
    const page = plain(await (await samira.get(`/devices?lang=${language}`)).text());
    assert.doesNotMatch(page, /<b><\/b>/);
    assert.match(page, /<a href="\/bench\?device=[0-9a-f-]+"><b>ONLY-SERIAL<\/b><\/a>/);
    const path = page.match(/<a href="(\/bench\?device=[0-9a-f-]+)"><b>ONLY-SERIAL/)[1];
    assert.match(await (await samira.get(`${path}&lang=${language}`)).text(), /<h2 id="device"><a [^>]*>ONLY-SERIAL<\/a>/);
    assert.match(await (await samira.get(path.replace('/bench?device=', '/devices/'))).text(), /<h1>[^<]*ONLY-SERIAL/);
  }
});
