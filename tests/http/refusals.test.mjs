// What people read when something is not possible: in their language, in plain words, and with the style sheet of every page.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startHouse } from '../support/house.mjs';
import { Client, startSpoord, waitFor } from '../support/spoord.mjs';

let house, service, noor;

before(async () => {
  house = await startHouse({ SPOOR_SITE_NAME: 'Repair' });
  service = house.service;
  noor = await new Client(service.url).signIn('noor', house.demo.accounts.noor);
}, { timeout: 120000 });
after(() => house?.stop());

const read = async (path, headers = {}) => (await fetch(service.url + path, { headers })).text();

test('an address that leads nowhere is answered in the language of the address, or else of the browser', async () => {
  const dutch = /<html lang="nl">[\s\S]*Op dit adres staat niets\./, english = /<html lang="en">[\s\S]*There is nothing at this address\./;
  assert.match(await read('/nothing?lang=nl'), dutch);
  assert.match(await read('/nothing', { 'accept-language': 'nl-NL,nl;q=0.9' }), dutch);
  assert.match(await read('/nothing?lang=en', { 'accept-language': 'nl' }), english);
  assert.match(await read('/nothing?lang=xx&%ff=%zz', { 'accept-language': 'nl' }), dutch);
  assert.match(await read('/nothing'), english);
  assert.match(await (await fetch(`${service.url}/bench/record?lang=nl`)).text(), /<html lang="nl">/, 'a method that is not there, too');
});

test('what the site says of itself is shown as it was written, what it leaves out in the language of the reader', async () => {
  const page = await read('/sign-in?lang=nl'), sticker = await read(`${new URL(house.demo.sticker).pathname}?lang=nl`);
  assert.match(page, /<p class="lead">Repair<\/p>/);
  assert.match(sticker, /Vraag het aan de IT-balie/);
});

test('who is not signed in chooses the language on the pages that they see, and a form that they send keeps it', async () => {
  const other = (language, name) => new RegExp(`<a class="quiet switch" lang="${language}" hreflang="${language}" href="\\?lang=${language}">${name}</a>`);
  for (const path of ['/sign-in', '/nothing', '/t/00000000000000000000000000']) {
    assert.match(await read(path), other('nl', 'Nederlands'), path);
    assert.match(await read(`${path}?lang=nl`), other('en', 'English'), path);
  }
  const empty = await startSpoord({ demo: false });
  try {
    const setup = await (await fetch(`${empty.url}/setup?lang=nl`)).text();
    assert.match(setup, other('en', 'English'));
    assert.match(setup, /action="\/setup\?lang=nl"/);
  } finally {
    await empty.stop();
  }
  const person = new Client(service.url), form = (await (await person.get('/sign-in?lang=nl')).text()).match(/action="([^"]+)"/)[1];
  const refused = await (await person.post(form, { login: 'noor', password: 'wrong' }, { 'accept-language': 'en' })).text();
  assert.match(refused, /<html lang="nl">/);
  assert.match(refused, other('en', 'English'), 'the form is shown again, and may be asked for');
  assert.doesNotMatch(await (await fetch(`${service.url}/nothing`, { method: 'POST' })).text(), /quiet switch/, 'an address that only takes forms has no page in another language');
  assert.doesNotMatch(await (await noor.get('/devices/not-an-id')).text(), /quiet switch/, 'who is signed in has a language of their own');
});

test('behind a sticker stands what its finder, its owner and the desk can do', async () => {
  const path = new URL(house.demo.sticker).pathname, code = path.split('/d/')[1].replace('-', ''), shown = `${code.slice(0, 5)}-${code.slice(5)}`;
  const english = await read(path), dutch = await read(`${path}?lang=nl`);
  assert.match(english, /Found this device\?[^]*please bring it to the desk, or tell the desk where it is[^]*Is it yours\?[^]*Open your own page with the link[^]*Ask the desk for a new one[^]*Do you work at the desk\?[^]*href="\/sign-in\?lang=en"/);
  assert.ok(english.includes(`mention ${shown}`) && dutch.includes(`noem ${shown}`), 'with the code that the desk asks for');
  assert.match(dutch, /Dit apparaat gevonden\?[^]*breng het naar de balie[^]*Is het van u\?[^]*Werkt u bij de balie\?[^]*href="\/sign-in\?lang=nl"/);
});

test('a filter for what is late never hides a step of that name', async () => {
  await house.sql("INSERT INTO spoor.step SELECT 'late', 99, phase, 99, 'Late shift', 'Late dienst', biz_step FROM spoor.step WHERE name = 'repair'");
  const page = await (await noor.get('/devices?step=late')).text();
  assert.match(page, /<option value="late" selected>Late shift<\/option>/);
  assert.match(page, /Nothing is in repair here/);
  assert.match(page, /name="late" value="1">/);
  assert.match(await (await noor.get('/devices?late=1')).text(), /name="late" value="1" checked>/);
});

test('refusals with something of the moment in them are whole sentences of the reader too', async () => {
  const token = await noor.token('/intake');
  const said = async (path, fields) => (await (await noor.post(path, { token, ...fields })).text()).replaceAll('&#39;', "'");
  const intake = { event_id: randomUUID(), make: 'Acme', model: 'One', owner_name: 'Piet', problem: 'x' };
  assert.match(await said('/intake?lang=nl', { ...intake, owner_name: 'x'.repeat(121) }), /Naam heeft 121 tekens; er passen er hoogstens 120\./);
  assert.match(await said('/intake?lang=nl', { ...intake, expected_on: '2026-02-31' }), /Terug verwacht is een dag die bestaat, zoals 2026-11-26\./);
  assert.match(await said('/intake?lang=en', { ...intake, owner_name: 'x'.repeat(121) }), /Name has 121 characters; at most 120 fit\./);
  const device = (await (await noor.get(`/bench?code=${house.demo.sticker.split('/d/')[1]}`)).text()).match(/name="device_id" value="([0-9a-f-]+)"/)[1];
  const again = { event_id: randomUUID(), device_id: device, kind: 'reopened', private_note: 'Found' };
  assert.match(await said('/bench/record?lang=nl', again), /alleen een teamleider mag '[A-Za-z]+' vastleggen\./);
  assert.match(await said('/bench/record?lang=en', again), /only a lead may record an event of the kind 'reopened'\./);
  const lead = await new Client(service.url).signIn('tom', house.demo.accounts.tom);
  assert.match((await (await lead.get('/exceptions?before=x&lang=nl')).text()).replaceAll('&#39;', "'"), /'before' is een geheel getal/);
});

test('the form of the first administrator is gone with its first use, and the new ledger reads as one', async () => {
  const fresh = await startSpoord({ demo: false });
  try {
    const secret = fresh.output().match(/one time: (\S+)/)[1], person = new Client(fresh.url);
    const made = await person.post('/setup', { secret, name: 'Anna', login: 'anna', password: 'four words in row' });
    assert.equal(made.status, 303);
    const gone = await person.get('/setup?lang=nl');
    assert.equal(gone.status, 404);
    assert.match(await gone.text(), /Er is al een beheerder/);
    assert.equal((await person.post('/setup', { secret, name: 'Ben', login: 'ben', password: 'four words in row' })).status, 404);
    await person.signIn('anna', 'four words in row');
    const read = async () => (await person.get('/audit?lang=nl')).text();
    await waitFor('the seal of its beginning', async () => /niets veranderd/.test(await read()));
    assert.match(await read(), /Er is nog geen overdracht bij\. Opnieuw uitgerekend om/);
  } finally {
    await fresh.stop();
  }
});

test('a form that could not be recorded says whether it was, and what to do', async () => {
  const token = await noor.token('/bench');
  const device_id = (await (await noor.get(`/bench?code=${house.demo.sticker.split('/d/')[1]}`)).text()).match(/name="device_id" value="([0-9a-f-]+)"/)[1];
  const send = async (fields = {}, path = '/bench/record?lang=en') => {
    const answer = await noor.post(path, { token, event_id: randomUUID(), device_id, kind: 'moved', ...fields });
    return [answer.status, await answer.text()];
  };
  const waits = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'spoor'";
  const held = house.sql("SET application_name = 'holder'; BEGIN; SELECT FROM spoor.ledger_head FOR UPDATE; SELECT pg_sleep(600)").catch(() => {});
  await waitFor('the lock', async () => (await house.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holder' AND wait_event = 'PgSleep'")) === '1');
  for (const [language, says] of [['en', /Nothing was recorded\. Go back and send the same form again\./], ['nl', /Er is niets vastgelegd\. Ga terug en stuur hetzelfde formulier nog eens\./]]) {
    const [status, page] = await send({}, `/bench/record?lang=${language}`);
    assert.equal(status, 503);
    assert.match(page, says);
    assert.doesNotMatch(page, /What was recorded is safe|Wat is vastgelegd, is veilig/);
  }
  const sent = send();
  await waitFor('the writer', async () => (await house.sql(`SELECT count(*) ${waits}`)) === '1');
  await house.sql(`SELECT pg_terminate_backend(pid) ${waits}`);
  const [status, page] = await sent;
  assert.equal(status, 503);
  assert.match(page, /It is not known whether this was recorded; send it again, it counts once\./);
  await house.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'");
  await held;
  assert.equal((await send())[0], 303);
});

test('what an erasure left is told in the words of the reader', async () => {
  assert.equal((await service.run('erase', 'person', 'Bram Willems', '--yes')).code, 0);
  const page = await (await noor.get('/bench?code=C02XY1Z2&lang=nl')).text(), device = page.match(/href="(\/devices\/[0-9a-f-]+)"/)[1];
  const history = await (await noor.get(`${device}?lang=nl`)).text();
  assert.match(history, /<dt>Eigenaar<\/dt><dd>Gewist<\/dd>/);
  assert.match(page + history, /\(gewist\)/);
  assert.doesNotMatch(page + history, /\(erased\)|>Erased</);
});

// The last: it takes the database away.
test('without its database the service says so in words of the reader, and the page keeps its style sheet', async () => {
  await promisify(execFile)('psql', ['-qX', '-h', house.database.match(/host=(\S+)/)[1], '-U', 'postgres', '-d', 'postgres',
    '-c', 'ALTER DATABASE spoor ALLOW_CONNECTIONS false', '-c', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'spoor'"]);
  const away = await noor.get('/bench?lang=nl');
  const page = await away.text();
  assert.equal(away.status, 503);
  assert.match(page, /Dit kan nu even niet\. Wat is vastgelegd, is veilig/);
  assert.match(page, /<a class="btn primary" href="">Opnieuw proberen<\/a>/);
  assert.equal((await noor.get('/static/app.css')).status, 200);
});
