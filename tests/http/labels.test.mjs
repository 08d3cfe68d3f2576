// A label for a device that is here already: on its page, on the page of a new label, and on the command line.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client } from '../support/spoord.mjs';

let house, samira, bare, number;

const plain = (html) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"');
const formatted = (code) => `${code.slice(0, 5)}-${code.slice(5)}`;
const read = async (path) => plain(await (await samira.get(path)).text());
const free = () => house.sql('SELECT code FROM spoor.label WHERE linked_at IS NULL AND revoked_at IS NULL ORDER BY code LIMIT 1');
const labelOf = (device) => house.sql(`SELECT coalesce(string_agg(code, ' '), '') FROM spoor.label WHERE device_id = '${device}' AND revoked_at IS NULL`);
const hrefs = (page) => [...page.matchAll(/href="(\/bench\?device=[0-9a-f-]+)"/g)].map((found) => found[1]);

async function send(path, fields) {
  const answer = await samira.post(path, { token: await samira.token('/account'), event_id: randomUUID(), ...fields });
  return { status: answer.status, page: plain(await answer.text()), at: answer.headers.get('location') };
}
const put = (label, device_id = bare, language = 'en') => send(`/bench/record?lang=${language}`, { device_id, kind: 'label_linked', label });

before(async () => {
  house = await startHouse();
  samira = await new Client(house.service.url).signIn('samira', house.demo.accounts.samira);
  const { page } = await send('/intake?lang=en', { make: 'Acer', model: 'Swift 3', serial: 'ACER-77', owner_name: 'Zita Quist', problem: 'No picture' });
  [, bare] = page.match(/\/bench\?device=([0-9a-f-]+)/);
  [number] = page.match(/R-\d{4}-\d{6}/);
}, { timeout: 120000 });
after(() => house?.stop());

test('a label that is in use, revoked, not minted, misread, or of a place is refused in one sentence, and nothing is recorded', async () => {
  const other = await house.sql("SELECT l.code FROM spoor.label l JOIN spoor.alias a USING (device_id) WHERE a.value = '4HJ9QW3'");
  const [revoked, place] = (await house.sql('SELECT code FROM spoor.label WHERE linked_at IS NULL AND revoked_at IS NULL ORDER BY code DESC LIMIT 2')).split('\n');
  await house.service.run('label', 'revoke', revoked, '--reason', 'torn', '--yes');
  await house.sql(`WITH p AS (INSERT INTO spoor.party (kind, name) VALUES ('place', 'Shelf Z') RETURNING id) UPDATE spoor.label SET party_id = p.id, linked_at = now() FROM p WHERE code = '${place}'`);
  const before = await house.counts();
  for (const [label, status, english, dutch] of [
    [other, 409, /role="alert">this label is on another device already</, /role="alert">dit label zit al op een ander apparaat</],
    [revoked, 409, /role="alert">this label was revoked</, /role="alert">dit label is ingetrokken</],
    [place, 409, /role="alert">this label belongs to a place or a person, not to a device</, /role="alert">dit label /],
    ['7K3M9-QXFDT', 409, /role="alert">there is no label with this code</, /role="alert">/],
    ['7K3M9-QXFDA', 400, /did you mean 7K3M9-QXFDT\?/, /7K3M9-QXFDT/],
    ['', 400, /role="alert">Scan or type the code of the label first\.</, /role="alert">Scan of typ eerst de code van het label\.</],
    ['no label', 400, /role="alert">/, /role="alert">/]]) {
    for (const [language, says] of [['en', english], ['nl', dutch]]) {
      const answer = await put(label, bare, language);
      assert.equal(answer.status, status, label);
      assert.match(answer.page, says);
      assert.match(answer.page, /Acer Swift 3/);
    }
    if (label && label !== 'no label') {
      const { code, err } = await house.service.run('label', 'link', label, 'ACER-77');
      assert.ok([2, 3, 4].includes(code), `${label}: ${code}`);
      assert.match(err, /^spoord[a-z ]*: .+\n$/);
    }
  }
  assert.equal(await house.counts(), before);
});

test('the page of a device without a label says so, and puts one on it', async () => {
  const label = await free();
  for (const [language, says] of [['en', /Put a label on it/], ['nl', /Plak er een label op/]])
    assert.match(await read(`/bench?device=${bare}&lang=${language}`), says);
  assert.match(await read(`/bench?device=${bare}&lang=en`), /No label is on it yet\./);
  const { status, at } = await put(formatted(label));
  assert.equal(status, 303);
  assert.equal(await labelOf(bare), label);
  const page = await read(`${at}&lang=en`);
  assert.match(page, /Recorded: Label linked/);
  assert.doesNotMatch(page, /Undo<|No label is on it yet/);
  assert.match(await read(`/bench?code=${label}&lang=en`), /Acer Swift 3/);
  assert.equal((await put(label)).status, 409, 'the same once more');
  assert.match((await put(label)).page, /this label is on this device already/);
});

test('a label that was revoked leads to the device that it was on, from the bench and from its own page', async () => {
  const old = await labelOf(bare);
  assert.ok(old);
  await house.service.run('label', 'revoke', old, '--reason', 'torn', '--yes');
  for (const path of [`/bench?code=${old}`, `/labels/${old}`])
    assert.deepEqual(hrefs((await read(`${path}${path.includes('?') ? '&' : '?'}lang=en`)).replace(/<h2>Your scans today[^]*/, '')), [`/bench?device=${bare}`], path);
  assert.match(await read(`/bench?code=${old}&lang=en`), /This label was revoked\. Scan the newer one[^]*It was on Acer Swift 3\./);
});

test('your scans of today open the device also where it has no label', async () => {
  await send('/bench/record', { device_id: bare, kind: 'note', private_note: 'Seen' });
  const today = (await read('/bench?lang=en')).match(/Your scans today[^]*/)[0];
  assert.deepEqual(hrefs(today)[0], `/bench?device=${bare}`);
  assert.doesNotMatch(today, /\/bench\?code=/);
});

test('a new label offers to take in a device, or to go on one that is here: found by serial number, asset tag, owner or repair', async () => {
  const label = await free(), page = await read(`/bench?code=${label}&lang=en`);
  assert.match(page, /Take in a device with this label/);
  assert.match(page, /Put it on a device that is here already/);
  assert.match(page, new RegExp(`<form[^>]*action="/bench"[^>]*>[^]*<input type="hidden" name="label" value="${label}">`));
  for (const asked of ['ACER-77', number, number.toLowerCase(), 'zita', 'Quist', 'Swift']) {
    const found = await read(`/bench?label=${label}&code=${encodeURIComponent(asked)}&lang=en`);
    assert.match(found, new RegExp(`Acer Swift 3[^]*Zita Quist[^]*${number}[^]*name="label" value="${label}"[^]*Put it on this one`), asked);
    assert.match(found, new RegExp(`name="device_id" value="${bare}"`), asked);
  }
  const none = await read(`/bench?label=${label}&code=nobody-of-this-name&lang=en`);
  assert.match(none, /role="alert"/);
  assert.match(none, /Take in a device with this label/);
  assert.equal((await put(label)).status, 303);
  assert.equal(await labelOf(bare), label);
});

test('the command line puts a label on a device too', async () => {
  const label = await free();
  const { code, out, err } = await house.service.run('label', 'link', formatted(label), 'ACER-77');
  assert.equal(code, 0, err);
  assert.match(out, new RegExp(`^The label ${formatted(label)} is on Acer Swift 3 now\\.\n$`));
  assert.equal(await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${label}'`), bare);
  assert.match((await house.service.run('label', 'link', label, 'NO-SUCH-DEVICE')).err, /no device has this code/);
});
