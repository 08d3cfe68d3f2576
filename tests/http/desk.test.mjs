// The desk, as somebody new to it types: what contradicts is refused and stays in the form, nothing is dropped without a word.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client, waitFor } from '../support/spoord.mjs';

let house, samira;

before(async () => {
  house = await startHouse();
  samira = await new Client(house.service.url).signIn('samira', house.demo.accounts.samira);
}, { timeout: 120000 });
after(() => house?.stop());

const plain = (html) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"');
const labelOf = (serial) => house.sql(`SELECT l.code FROM spoor.label l JOIN spoor.alias a USING (device_id) WHERE a.value = '${serial}'`);
async function send(path, fields, who = samira) {
  const answer = await who.post(path, { token: await who.token('/account'), ...(/^.(bench|intake)/.test(path) && { event_id: randomUUID() }), ...fields });
  return { status: answer.status, page: plain(await answer.text()), at: answer.headers.get('location') };
}
const takeIn = (fields, language = 'en') => send(`/intake?lang=${language}`, { owner_name: 'Kees', problem: 'It is dead', ...fields });

test('a label that is on another device than the one that was typed is refused, and the form keeps what was typed', async () => {
  const label = await labelOf('C02XY1Z2'), before = await house.counts();
  const typed = { make: 'HP', model: 'ProBook', serial: 'HP-999', label };
  const english = await takeIn(typed), dutch = await takeIn(typed, 'nl');
  assert.equal(english.status, 409);
  assert.match(english.page, /This label is on Apple MacBook Air 13, not on HP-999\. Clear the fields to take that one in, or use another label\./);
  assert.match(dutch.page, /Dit label zit op Apple MacBook Air 13, niet op HP-999\./);
  for (const value of ['HP', 'ProBook', 'HP-999', 'Kees', label]) assert.ok(english.page.includes(`value="${value}"`), value);
  assert.match((await takeIn({ make: 'HP', label })).page, /not on HP\./);
  assert.match((await takeIn({ make: 'HP' })).page, /Say which device it is/);
  assert.match((await takeIn({ make: 'Apple', model: 'iMac', label })).page, /not on Apple iMac\./);
  assert.match((await takeIn({ make: 'HP', model: 'ProBook', serial: 'C02XY1Z2' })).page, /This serial number is on Apple MacBook Air 13, not on HP ProBook\./);
  assert.equal(await house.counts(), before);
});

test('a label of a device in repair says so, and leads to that repair', async () => {
  const label = await labelOf('4HJ9QW3'), before = await house.counts();
  const { status, page } = await takeIn({ make: 'HP', label });
  assert.equal(status, 409);
  const [, number, href] = page.match(/The device with this label, Dell Latitude 5440, is in repair already, as (R-\S+) <a class="btn" href="(\S+)">/);
  assert.match((await takeIn({ label }, 'nl')).page, /Het apparaat met dit label, Dell Latitude 5440, is al in reparatie, als R-/);
  assert.ok((await (await samira.get(href)).text()).includes(number));
  assert.equal(await house.counts(), before);
});

test('what was typed and agrees, or says nothing, goes on', async () => {
  const rest = await takeIn({ label: await labelOf('C02XY1Z2') });
  assert.equal(rest.status, 200);
  const event = rest.page.match(/\/bench\?device=([0-9a-f-]+)/)[1];
  assert.equal((await send('/bench/record', { device_id: event, kind: 'returned', outcome: 'repaired' })).status, 303);
  const label = await labelOf('C02XY1Z2'), device = await house.sql("SELECT device_id FROM spoor.alias WHERE value = 'C02XY1Z2'");
  const { status, page } = await takeIn({ make: 'apple', model: 'Macbook Air', serial: 'C02XY1Z2', label });
  assert.equal(status, 200, page);
  assert.ok(page.includes(`/bench?device=${device}`));
});

test('a receipt that is loaded again has the link that was printed; after another link was made it is not shown', async () => {
  const typed = { make: 'Dell', model: 'Again', serial: 'AGAIN-1', event_id: randomUUID() };
  const linkOf = ({ page }) => page.match(/http\S+(\/t\/[0-9A-Z]{26})/)[1];
  const first = linkOf(await takeIn(typed));
  assert.equal(linkOf(await takeIn(typed)), first);
  assert.equal((await fetch(house.service.url + first)).status, 200);
  assert.notEqual(linkOf(await takeIn({ ...typed, serial: 'AGAIN-2', event_id: randomUUID() })), first);
  await house.sql("UPDATE spoor.repair SET link_hash = sha256('another') WHERE device_id = (SELECT device_id FROM spoor.alias WHERE value = 'AGAIN-1')");
  const { status, page } = await takeIn(typed);
  assert.equal(status, 409);
  assert.match(page, /got another tracking link since; open the device for a receipt/);
  await house.service.run('device', 'add', '--model', 'Never in repair', '--serial', 'AGAIN-3');
  const others = await house.sql(`SELECT string_agg(event_id::text, ' ') FROM (SELECT DISTINCT ON (kind, actor_id, repair_id IS NULL) event_id FROM spoor.event
    WHERE NOT (kind = 'received' AND actor_id = (SELECT id FROM spoor.actor WHERE name = 'Samira Haddad'))) e`);
  for (const event_id of others.split(' ')) assert.match((await takeIn({ ...typed, event_id })).page, /This form was used for another record; open a new one/);
});

test('a day that was long ago or is far away, and what is no e-mail address, are asked for again; what was typed stays', async () => {
  const before = await house.counts();
  for (const [fields, english, dutch] of [
    [{ expected_on: '1999-01-01' }, /That day has passed already: choose today or a later day\./, /Die dag is al voorbij/],
    [{ expected_on: '9999-01-01' }, /That day is more than two years from now: look at the year\./, /meer dan twee jaar van nu/],
    ...['nomail', '@', 'a@', '@b', 'a b@c', 'a@b@c'].map((owner_email) => [{ owner_email }, /This is no e-mail address: it looks like name@example\.org, or stays empty\./, /Dit is geen e-mailadres/])])
    for (const [language, says] of [['en', english], ['nl', dutch]]) {
      const { status, page } = await takeIn({ make: 'HP', model: 'ProBook', serial: 'TYPED-1', ...fields }, language);
      assert.equal(status, 400, JSON.stringify(fields));
      assert.match(page, says);
      for (const [name, typed] of Object.entries({ model: 'ProBook', serial: 'TYPED-1', ...fields })) assert.match(page, new RegExp(`name="${name}" value="${typed}"`), name);
    }
  assert.equal(await house.counts(), before);
});

test('what does not fit a form of the bench is said, and what was typed stays in it', async () => {
  const device_id = await house.sql("SELECT device_id FROM spoor.alias WHERE value = '4HJ9QW3'"), before = await house.counts();
  const long = `Begin ${'a'.repeat(2990)} end.`;
  for (const [fields, kept, english, dutch] of [
    [{ kind: 'note', public_note: long, private_note: 'for "us"' }, [`<details open><summary>(?:Add a note|Notitie toevoegen)`, `name="public_note" maxlength="2000">${long}</textarea>`, 'name="private_note" maxlength="2000">for "us"</textarea>'], /Note for the owner has 3001 characters; at most 2000 fit\./, /heeft 3001 tekens/],
    [{ kind: 'waiting', reason: 'QUEUE', next_update_on: '2020-01-01', public_note: 'Be patient' }, ['<option value="QUEUE" selected>', 'value="2020-01-01"', 'value="Be patient"'], /That day has passed already/, /Die dag is al voorbij/],
    [{ kind: 'eta', expected_on: '2020-01-01' }, ['name="expected_on" value="2020-01-01"'], /That day has passed already/, /Die dag is al voorbij/]])
    for (const [language, says] of [['en', english], ['nl', dutch]]) {
      const { status, page } = await send(`/bench/record?lang=${language}`, { device_id, ...fields });
      assert.equal(status, 400);
      assert.match(page, says);
      for (const text of kept) assert.match(page, new RegExp(text), text);
    }
  assert.equal(await house.counts(), before);
});

test('whoever is no longer signed in reads so after a form, signs in there and is back at the device', async () => {
  const device_id = await house.sql("SELECT device_id FROM spoor.alias WHERE value = '4HJ9QW3'"), before = await house.counts();
  const late = new Client(house.service.url), fields = { token: 'x', event_id: randomUUID(), device_id, kind: 'note', public_note: 'n' };
  const english = await late.post('/bench/record?lang=en', fields), page = await english.text();
  assert.equal(english.status, 401);
  assert.equal(english.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(page, /You are no longer signed in: nothing was recorded\. Sign in, and record it again\./);
  assert.match(await (await late.post('/bench/record?lang=nl', fields)).text(), /U bent niet meer ingelogd/);
  assert.match(page, new RegExp(`action="/sign-in[^]*name="device" value="${device_id}"`));
  const wrong = await late.post('/sign-in', { login: 'samira', password: 'wrong', device: device_id });
  assert.match(await wrong.text(), new RegExp(`name="device" value="${device_id}"`), 'also after a wrong password');
  const back = await late.post('/sign-in', { login: 'samira', password: house.demo.accounts.samira, device: device_id });
  assert.equal(back.headers.get('location'), `/bench?device=${device_id}`);
  assert.equal((await new Client(house.service.url).post('/sign-in', { login: 'samira', password: house.demo.accounts.samira, device: '//evil.example' })).status, 400);
  assert.equal(await house.counts(), before);
});

test('a note without words and a promise without a day, or of a day that has passed, are no record', async () => {
  const device_id = await house.sql("SELECT device_id FROM spoor.alias WHERE value = '4HJ9QW3'"), before = await house.counts();
  for (const [fields, english, dutch] of [
    [{ kind: 'note', public_note: ' \n ', private_note: '' }, /Write the note first: for the owner, or for us only\./, /Schrijf eerst de notitie/],
    [{ kind: 'eta' }, /Choose the new expected date first\./, /Kies eerst de nieuwe verwachte datum\./],
    [{ kind: 'eta', expected_on: '2020-01-01' }, /That day has passed already: choose today or a later day\./, /Die dag is al voorbij/],
    [{ kind: 'eta', expected_on: '9999-01-01' }, /That day is more than two years from now: look at the year\./, /meer dan twee jaar van nu/],
    [{ kind: 'waiting', reason: 'QUEUE', next_update_on: '2020-01-01' }, /That day has passed already/, /Die dag is al voorbij/]]) {
    for (const [language, says] of [['en', english], ['nl', dutch]]) {
      const { status, page } = await send(`/bench/record?lang=${language}`, { device_id, ...fields });
      assert.equal(status, 400);
      assert.match(page, says);
    }
  }
  assert.equal(await house.counts(), before);
});

test('a program is told which member is missing; a promise that has passed on its way is recorded', async () => {
  const token = (await house.service.run('token', 'add', 'desk', '--role', 'technician')).out.trim(), code = '4HJ9QW3';
  const post = async (...events) => (await (await fetch(`${house.service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: events.map((event) => ({ event_id: randomUUID(), code, ...event })) }) })).json()).outcomes;
  const [empty, blank, undated, late, words] = await post({ kind: 'note' }, { kind: 'note', public_note: ' ' }, { kind: 'eta', detail: { expected_on: null } },
    { kind: 'eta', detail: { expected_on: '2020-01-01' } }, { kind: 'note', private_note: 'Seen' });
  for (const { outcome, message } of [empty, blank]) assert.deepEqual([outcome, /public_note/.test(message)], ['refused', true]);
  assert.deepEqual([undated.outcome, /expected_on/.test(undated.message)], ['refused', true]);
  assert.deepEqual([late.outcome, words.outcome], ['recorded', 'recorded']);
  const device = await house.sql(`SELECT device_id FROM spoor.alias WHERE value = '${code}'`);
  assert.match(await (await samira.get(`/bench?device=${device}&lang=en`)).text(), /Wednesday 1 January 2020/);
});

test('after an undo the page says what was undone', async () => {
  const device_id = await house.sql("SELECT device_id FROM spoor.alias WHERE value = '5CG4101ABC'");
  const given = await send('/bench/record', { device_id, kind: 'returned', outcome: 'repaired' });
  const done = plain(await (await samira.get(given.at)).text());
  assert.match(done, /Recorded: Returned: repaired · now with /);
  const receipt = done.match(/<a class="btn dark" href="(\/devices\/[^"]+\/returned)">/)[1];
  assert.match(await (await samira.get(receipt)).text(), /Returned: /);
  const undone = await send('/bench/record', { device_id, kind: 'corrected', corrects: done.match(/name="corrects" value="([^"]+)"/)[1] });
  assert.match(await (await samira.get(`${undone.at}&lang=en`)).text(), /Undone: Returned: repaired · now with [^]*<span class="row"><\/span><\/div>/);
  assert.match(await (await samira.get(`${undone.at}&lang=nl`)).text(), /Ongedaan gemaakt: Terug: gerepareerd · nu bij /);
});

test('the page of a device offers to undo one\'s own last event for a minute, says what, and offers it to nobody else', async () => {
  const device_id = await house.sql("SELECT device_id FROM spoor.alias WHERE value = 'PF4A1B2C'"), path = `/bench?device=${device_id}`;
  const noor = await new Client(house.service.url).signIn('noor', house.demo.accounts.noor);
  const says = async (who, language) => plain(await (await who.get(`${path}&lang=${language}`)).text());
  const holder = await house.sql(`SELECT p.name FROM spoor.custody c JOIN spoor.party p ON p.id = c.custodian_id WHERE c.device_id = '${device_id}'`);
  assert.doesNotMatch(await says(samira, 'en'), /It can still be undone/);
  await send('/bench/record', { device_id, kind: 'step', step: 'quality_check' });
  assert.match(await says(samira, 'en'), new RegExp(`You recorded this last, at \\d+:\\d\\d: Quality check\\. It can still be undone\\. Then it is with ${holder} again\\.`));
  assert.match(await says(samira, 'nl'), new RegExp(`als laatste vast, om [^:]+: [^.]+\\. Het kan nog ongedaan worden gemaakt\\. Dan is het weer bij ${holder}\\.`));
  assert.doesNotMatch(await says(noor, 'en'), /It can still be undone/);
  const corrects = (await says(samira, 'en')).match(/name="corrects" value="([^"]+)"/)[1];
  assert.equal((await send('/bench/record', { device_id, kind: 'corrected', corrects })).status, 303);
  assert.doesNotMatch(await says(samira, 'en'), /It can still be undone|name="corrects"/);
  assert.equal(await house.sql(`SELECT p.name FROM spoor.custody c JOIN spoor.party p ON p.id = c.custodian_id WHERE c.device_id = '${device_id}'`), holder);
});

test('what a minute has passed over is not offered any more', async () => {
  const device_id = await house.sql("SELECT device_id FROM spoor.alias WHERE value = 'PF4A1B2C'"), path = `/bench?device=${device_id}&lang=en`;
  await send('/bench/record', { device_id, kind: 'note', private_note: 'Seen' });
  assert.match(await (await samira.get(path)).text(), /: Note\. It can still be undone\.<\/span>/);
  const shift = (by) => house.sql(`SET session_replication_role = replica; UPDATE spoor.event SET recorded_at = recorded_at + interval '${by} seconds' WHERE device_id = '${device_id}' AND kind = 'note'`);
  await shift(-61);
  assert.doesNotMatch(await (await samira.get(path)).text(), /It can still be undone/);
  await shift(61); // or nothing would be sealed any more
});

test('the receipt of a take-in has the condition and the accessories, and a button to print that only a script shows', async () => {
  const { page } = await takeIn({ make: 'HP', model: 'ProBook', serial: 'HP-1000', condition: 'Dent in the lid', accessories: 'Charger & bag' });
  assert.match(page, /<dt>Condition<\/dt><dd><bdi>Dent in the lid<\/bdi>/);
  assert.match(page, /<dt>Accessories<\/dt><dd><bdi>Charger &amp; bag<\/bdi>/);
  assert.match(page, /<div class="note-box ok no-print"[^]*<button class="btn" type="button" data-print hidden>Print<\/button>/);
  assert.match(page, /<script type="module" src="\/static\/print\.js">/);
  assert.match(await (await samira.get('/static/print.js')).text(), /hidden = false[^]*print\(\)/);
});

test('an auditor reads of how many records the verdict speaks, and how to check them all', async () => {
  const vera = await new Client(house.service.url).signIn('vera', house.demo.accounts.vera);
  const says = async (path, language) => plain(await (await vera.get(`${path}?lang=${language}`)).text());
  const token = (await house.service.run('token', 'add', 'one', '--role', 'technician')).out.trim();
  const notes = Array.from({ length: 50 }, (_, n) => ({ event_id: randomUUID(), code: 'PF4A1B2C', kind: 'note', private_note: `Note ${n}` }));
  await fetch(`${house.service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: [{ event_id: randomUUID(), code: 'ONLY-ONE', kind: 'moved' }, ...notes] }) });
  await waitFor('their seal', async () => !/Not sealed yet/.test(await says('/audit', 'en')));
  assert.match(await says('/audit', 'en'), /The 50 records on this page, since [^,]+, were checked: none was changed, removed or inserted\.[^]*The log has \d+ records in all: to check every one, download the evidence/);
  assert.match(await says('/audit', 'nl'), /De 50 regels op deze pagina[^]*Het logboek heeft in totaal \d+ regels/);
  const one = await house.sql("SELECT device_id FROM spoor.alias WHERE value = 'ONLY-ONE'");
  assert.match(await says(`/audit/devices/${one}`, 'en'), /The one record on this page, of [^,]+, was checked: it was not changed\./);
});

test('a place without a label gets one from the list of places, once, and a scan of it says where a device is', async () => {
  const tom = await new Client(house.service.url).signIn('tom', house.demo.accounts.tom), code = '4HJ9QW3';
  for (const name of ['Shelf C1', 'Shelf C2']) assert.equal((await send('/places', { name, label: '' }, tom)).status, 303);
  const places = plain(await (await tom.get('/places?lang=en')).text());
  const [, id] = places.match(/<b>Shelf C1<\/b>[^]*?action="\/places\/label"[^]*?name="id" value="([^"]+)"[^]*?Make a label/);
  const answers = await Promise.all([1, 2].map(() => send('/places/label', { id }, tom)));
  const [at] = new Set(answers.map((answer) => answer.at));
  assert.deepEqual(answers.map((answer) => [answer.status, answer.at]), Array(2).fill([303, at]), 'two clicks make one label');
  const label = at.split('/labels/')[1], shown = plain(await (await tom.get(`${at}?lang=en`)).text());
  assert.match(shown, /<dd>Shelf C1<\/dd>[^]*<dd>places<\/dd>[^]*href="\/places">To the places<[^]*picture\?format=pdf/);
  assert.doesNotMatch(shown, /Open on the bench/);
  assert.match(plain(await (await tom.get('/places?lang=nl')).text()), new RegExp(`<b>Shelf C1</b>[^]*?href="/labels/${label}">Afdrukken<`));
  const token = (await house.service.run('token', 'add', 'shelf', '--role', 'technician')).out.trim();
  const answer = await fetch(`${house.service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: [{ event_id: randomUUID(), code, kind: 'moved', place: label }] }) });
  assert.equal((await answer.json()).outcomes[0].outcome, 'recorded');
  assert.equal(await house.sql(`SELECT p.name FROM spoor.custody c JOIN spoor.alias a USING (device_id) JOIN spoor.party p ON p.id = c.place_id WHERE a.value = '${code}'`), 'Shelf C1');
  const second = await house.sql("SELECT id FROM spoor.party WHERE name = 'Shelf C2'");
  assert.notEqual((await send('/places/label', { id: second }, tom)).at, at);
  assert.equal(await house.sql("SELECT count || ' ' || (SELECT string_agg(position::text, ',' ORDER BY position) FROM spoor.label WHERE batch = 'places') FROM spoor.label_batch WHERE name = 'places'"), '2 1,2');
  assert.equal((await send('/places/label', { id: randomUUID() }, tom)).status, 404);
  assert.equal((await send('/places/label', { id: second })).status, 403, 'not for technicians');
});

test('a form of the desk that is refused keeps what was typed, and a new password says whose it is', async () => {
  const admin = await new Client(house.service.url).signIn('admin', house.demo.accounts.admin);
  const account = { name: 'Ed <Vries>', login: 'ED', role: 'auditor' };
  const refused = await send('/accounts?lang=en', account, admin);
  assert.equal(refused.status, 400);
  const { page } = refused;
  assert.match(page, /small letters/);
  assert.match(page, /name="name" value="Ed &lt;Vries&gt;"[^]*name="login" value="ED"[^]*<option value="auditor" selected>/);
  const made = await send('/accounts?lang=nl', { ...account, login: 'ed' }, admin);
  assert.match(made.page, /<b>Ed &lt;Vries&gt; \(ed\)\. Het wachtwoord, dat alleen nu wordt getoond:<\/b>/);
  assert.match(made.page, /name="login" value=""/);
  const labels = await send('/labels?lang=en', { name: 'spring', count: '9999' }, admin);
  assert.match(labels.page, /A batch holds 1 to[^]*name="name" value="spring"[^]*name="count"[^>]*value="9999"/);
  const place = await send('/places?lang=en', { name: 'Shelf Z', label: '7K3M9-QXFDA' }, admin);
  assert.match(place.page, /name="name" value="Shelf Z"[^]*name="label" value="7K3M9-QXFDA"/);
});

test('the list of devices says on a phone whose each is, who has it and when it is due', async () => {
  const page = await (await samira.get('/devices?lang=nl')).text();
  for (const cap of ['Eigenaar', 'Bij', 'Terug verwacht']) assert.match(page, new RegExp(`<td>(<span class="cap">${cap}</span> )`), cap);
});

test('the bench and the list of devices find by the same: label, serial number, asset tag, number of the repair, tracking link, owner and model', async () => {
  const { page } = await takeIn({ make: 'Fairphone', model: 'Five', serial: 'FP-5-77', asset_tag: 'INV-0777', owner_name: 'Wanda Zwart', label: await house.sql('SELECT code FROM spoor.label WHERE linked_at IS NULL AND revoked_at IS NULL LIMIT 1') });
  const [, device] = page.match(/\/bench\?device=([0-9a-f-]+)/), [number] = page.match(/R-\d{4}-\d{6}/), [, link] = page.match(/\/t\/([0-9A-Z]{26})/), label = await labelOf('FP-5-77');
  const bench = `/bench?device=${device}`, list = `<a href="${bench}"><b>Fairphone Five</b></a>`;
  const get = async (path) => { const answer = await samira.get(path); return { at: answer.headers.get('location'), page: plain(await answer.text()) }; };
  for (const asked of [label, `${label.slice(0, 5)}-${label.slice(5)}`.toLowerCase(), `HTTPS://SPOOR.EXAMPLE/D/${label}`, 'FP-5-77', 'INV-0777', number, number.toLowerCase(), ` ${number} `, 'Wanda', 'zwart', 'fairphone']) {
    const q = encodeURIComponent(asked);
    assert.match((await get(`/bench?lang=en&code=${q}`)).page, new RegExp(`<h2 id="device"><a href="/devices/${device}">|href="/bench\\?device=${device}">This one`), asked);
    const { page: listed } = await get(`/devices?lang=en&q=${q}`);
    assert.ok(listed.includes(list), asked);
    assert.doesNotMatch(listed, /Latitude/);
  }
  for (const asked of [`${house.service.url}/t/${link}`, `HTTPS://SPOOR.EXAMPLE/T/${link}`, `/t/${link.toLowerCase()}`])
    for (const path of ['/bench?code=', '/devices?q=']) assert.equal((await get(path + encodeURIComponent(asked))).at, bench, asked);
  const none = (await get(`/bench?lang=en&code=${encodeURIComponent(`${house.service.url}/t/${link.slice(2)}00`)}`)).page;
  assert.match(none, /role="alert">No repair has this tracking link</);
  assert.ok(!none.includes(link.slice(2)), 'what may be a secret is not shown again');
  assert.ok(!house.service.log().includes(link) && !house.service.output().includes(link));
  for (const [language, says] of [['en', /Not in this list/], ['nl', /Niet in deze lijst/]]) {
    const { page: listed } = await get(`/devices?lang=${language}&q=FP-5-77&step=ready`);
    assert.match(listed, says, 'it is in repair, at another step');
    assert.ok(listed.includes(`href="${bench}"`));
  }
  await send('/bench/record', { device_id: device, kind: 'returned', outcome: 'repaired' });
  await house.service.run('repair', 'list');
  await house.sql(`UPDATE spoor.repair SET closed_at = now() WHERE number = '${number}'`);
  for (const [language, says] of [['en', /Not in this list/], ['nl', /Niet in deze lijst/]]) {
    const { page: listed } = await get(`/devices?lang=${language}&q=FP-5-77`);
    assert.match(listed, says);
    assert.ok(listed.includes(`href="${bench}"`));
  }
  assert.equal((await get(`/devices?q=${encodeURIComponent(`/t/${link}`)}`)).at, bench);
});
