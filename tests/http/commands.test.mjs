// The administrator's command line, on a running service.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { enrolScanner, enrolWith, signed } from '../support/raw_scanner.mjs';
import { Client, run, waitFor } from '../support/spoord.mjs';

const house = await startHouse();
const { service, demo } = house;
const spoord = (...args) => service.run(...args);
after(() => house.stop());

const code = demo.sticker.split('/d/')[1];
const plain = code.replace('-', '');
const device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${plain}'`);

const help = (await run(['--help'])).out;
const names = [...help.matchAll(/^ {2}((?:[a-z-]+ ?){1,2}?) {2,}\S/gm)].map(([, name]) => name.trim()).filter((name) => !name.startsWith('-'));

test('every command has a help with an example of itself and the exit codes', async () => {
  assert.ok(names.includes('label revoke') && names.includes('token list') && names.length > 25, names.join());
  for (const name of names.filter((text) => text !== 'help')) {
    const { code: exit, out } = await run([...name.split(' '), '--help']);
    assert.equal(exit, 0, name);
    const examples = out.slice(out.indexOf('Examples'));
    assert.match(examples, new RegExp(`\\n {2}.*spoord ${name}`), name);
    assert.match(out, /Exit codes|Exit/i, name);
  }
});

test('every list is JSON where that is asked', async () => {
  const lists = names.filter((name) => / list$|^routes$|^settings$/.test(name));
  assert.ok(lists.length >= 6, lists.join());
  for (const name of lists) {
    const { code: exit, out, err } = await spoord(...name.split(' '), '--json');
    assert.equal(exit, 0, `${name}: ${err}`);
    assert.equal(typeof JSON.parse(out), 'object', name);
  }
});

test('every list for people has headings above its columns and words for what is yes or no', async () => {
  assert.equal((await spoord('token', 'list')).out, 'There are none.\n');
  await spoord('account', 'add', 'zoe', '--role', 'lead', '--name', 'Zoë van der Été-Ångström');
  await spoord('scanner', 'add', 'Shelf 1');
  await spoord('token', 'add', 'reader', '--role', 'auditor');
  for (const [list, flags, left] of [['account', ['Disabled'], 'Sign-in name'], ['scanner', ['Enrolled', 'Revoked'], 'Id'], ['token', ['Revoked'], 'Id'], ['label', [], 'Batch'], ['repair', [], 'Repair']]) {
    const [heading, ...lines] = (await spoord(list, 'list')).out.trimEnd().split('\n');
    const rows = JSON.parse((await spoord(list, 'list', '--json')).out);
    const columns = heading.split(/ {2,}/);
    const starts = columns.map((name) => heading.indexOf(name));
    assert.equal(columns[0], left);
    assert.equal(lines.length, rows.length);
    lines.forEach((line, at) => {
      const cells = starts.map((start, n) => line.slice(start, starts[n + 1]).trim()).filter(Boolean); // JSON leaves out what is empty
      assert.deepEqual(cells, Object.values(rows[at]).map((value) => (flags.length ? { t: 'yes', f: 'no' }[value] ?? value : value)), line);
      for (const flag of flags) assert.match(line.slice(heading.indexOf(flag)), /^(yes|no)\b/);
    });
  }
});

test('a revoked label opens nothing, its page says so, and the history has it once', async () => {
  const counts = await house.counts();
  for (const [args, exit] of [[['label', 'revoke', code, '--yes'], 2], [['label', 'revoke', code, '--reason', 'torn'], 2], [['label', 'revoke', code, '--reason', ' ', '--yes'], 2],
    [['label', 'revoke', code, '--reason', '\u0007', '--yes'], 2], [['label', 'revoke', '7K3M9-QXFDA', '--reason', 'x', '--yes'], 2], [['label', 'revoke', '7K3M9-QXFDT', '--reason', 'x', '--yes'], 3]]) {
    const { code: got, out, err } = await spoord(...args);
    assert.equal(got, exit, `${args}: ${out}${err}`);
    assert.match(err, /^spoord[a-z ]*: .+\n$/, 'one sentence');
  }
  assert.equal(await house.counts(), counts);
  const anyone = new Client(service.url);
  assert.equal((await anyone.get(`/d/${plain}`)).status, 200);
  const { code: exit, out, err } = await spoord('label', 'revoke', code.toLowerCase(), '--reason', 'The sticker is torn', '--yes');
  assert.equal(exit, 0, err);
  assert.match(out, new RegExp(`${plain.slice(0, 5)}-?${plain.slice(5)}`));
  const page = await anyone.get(`/d/${plain}`);
  assert.equal(page.status, 410);
  assert.match(await page.text(), /no longer in use/);
  assert.match(await (await anyone.get(`/d/${plain}?lang=nl`)).text(), /niet meer in gebruik/);
  assert.equal((await spoord('label', 'revoke', code, '--reason', 'again', '--yes')).code, 4, 'once only');
  const auditor = await new Client(service.url).signIn('vera', demo.accounts.vera);
  const history = await (await auditor.get(`/audit/devices/${device}`)).text();
  assert.match(history, /Label revoked[\s\S]*The sticker is torn/);
  assert.equal(await house.sql(`SELECT count(*) FROM spoor.event WHERE kind = 'label_revoked'`), '1');
  const desk = await new Client(service.url).signIn('samira', demo.accounts.samira);
  assert.match(await (await desk.get(`/bench?code=${plain}`)).text(), /This label was revoked/);
});

test('a label that is on nothing is revoked too, and never linked after that', async () => {
  const free = await house.sql('SELECT code FROM spoor.label WHERE device_id IS NULL AND party_id IS NULL LIMIT 1');
  assert.equal((await spoord('label', 'revoke', free, '--reason', 'lost with the roll', '--yes')).code, 0);
  assert.match(await house.sql(`SELECT detail ->> 'why' FROM spoor.admin_action WHERE action = 'label_revoked'`), /lost with the roll/);
  const token = (await spoord('token', 'add', 'linker', '--role', 'technician')).out.trim();
  const body = JSON.stringify({ events: [{ event_id: randomUUID(), code: '8XK2LT3', kind: 'label_linked', detail: { label: free } }] });
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body });
  assert.equal((await answer.json()).outcomes[0].message, 'this label was revoked');
});

test('a revoked token opens nothing, a second later at the latest', async () => {
  const token = (await spoord('token', 'add', 'stock', '--role', 'auditor')).out.trim();
  const ask = () => fetch(`${service.url}/api/v1/events?since=0`, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);
  assert.equal(await ask(), 200);
  const rows = JSON.parse((await spoord('token', 'list', '--json')).out);
  assert.ok(rows.some(({ name, revoked }) => name === 'stock' && revoked !== 't'));
  assert.ok(!JSON.stringify(rows).includes(token));
  assert.equal((await spoord('token', 'revoke', 'stock')).code, 2, 'asks first');
  assert.equal((await spoord('token', 'revoke', 'stock', '--yes')).code, 0);
  await waitFor('the end of the token', async () => (await ask()) === 401, 5); // told by the database, or looked up anew after 0.9 s
  assert.equal((await spoord('token', 'revoke', 'stock', '--yes')).code, 3);
});

test('of two things with one name none is guessed', async () => {
  await spoord('token', 'add', 'twin', '--role', 'auditor');
  await spoord('token', 'add', 'twin', '--role', 'auditor');
  const { code: exit, err } = await spoord('token', 'revoke', 'twin', '--yes');
  assert.equal(exit, 4);
  assert.match(err, /2 are called 'twin'/);
  const [{ id }] = JSON.parse((await spoord('token', 'list', '--json')).out).filter(({ name }) => name === 'twin');
  assert.equal((await spoord('token', 'revoke', id, '--yes')).code, 0);
});

test('a bundle of a device that does not exist is refused, and nothing is written', async () => {
  const folder = join(tmpdir(), `spoor-none-${randomUUID()}`), id = randomUUID();
  const { code: exit, err } = await spoord('export-bundle', folder, '--device', id);
  assert.deepEqual([exit, err], [3, `spoord export-bundle: no device has the id ${id}\n`]);
  assert.ok(!existsSync(folder));
});

test('a revoked scanner records nothing', async () => {
  const enrol = (await spoord('scanner', 'add', 'Bench 7')).out.match(/enroll \S+ (\S+)/)[1];
  assert.equal((await spoord('scanner', 'revoke', 'Bench 7', '--yes')).code, 0);
  assert.equal((await enrolWith(service, enrol)).status, 404);
  assert.equal((await spoord('scanner', 'revoke', 'Bench 7', '--yes')).code, 3);
});

test('with an account goes every scanner that acts for it, and comes back with nothing but a new enrolment', async () => {
  await spoord('account', 'add', 'leaver', '--role', 'technician');
  const own = await enrolScanner(service, { account: 'leaver' });
  const told = await spoord('account', 'disable', 'leaver');
  assert.equal(told.out, 'leaver cannot sign in any more; its sessions are ended.\nRevoked: 1 of the scanners, which acted for it; see: spoord scanner list\n');
  await spoord('account', 'enable', 'leaver');
  const scan = signed(own, { event_id: randomUUID(), code: plain, kind: 'moved', scanner_seq: 1, happened_at: new Date().toISOString().replace('Z', '+00:00') });
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${own.token}` }, body: JSON.stringify({ events: [scan] }) });
  assert.equal((await answer.json()).outcomes[0].outcome, 'conflict');
});

test('roles are set as a whole, and the last administrator stays one', async () => {
  await spoord('account', 'add', 'mo', '--role', 'technician', '--role', 'auditor');
  assert.equal(await house.sql(`SELECT array_to_string(roles, ',') FROM spoor.account WHERE login = 'mo'`), 'technician,auditor');
  assert.equal((await spoord('account', 'roles', 'mo', '--role', 'lead')).code, 0);
  assert.equal(await house.sql(`SELECT array_to_string(roles, ',') FROM spoor.account WHERE login = 'mo'`), 'lead');
  for (const [args, exit] of [[['mo'], 2], [['mo', '--role', 'king'], 2], [['nobody', '--role', 'lead'], 3], [['admin', '--role', 'lead'], 4]])
    assert.equal((await spoord('account', 'roles', ...args)).code, exit, args.join(' '));
  assert.equal((await spoord('account', 'disable', 'admin')).code, 4, 'the last administrator');
});

test('what is no text is refused in one sentence', async () => {
  const counts = await house.counts();
  for (const args of [['account', 'add', 'Ann Lee', '--role', 'lead'], ['account', 'add', '', '--role', 'lead'], ['label', 'mint', '--count', '0'], ['label', 'mint', '--count', '1e3'],
    ['label', 'mint', '--batch', '../x'], ['device', 'add'], ['nonsense'], ['label', 'nonsense'], ['routes', '--nonsense'], ['label', 'show', 'x', 'y']]) {
    const { code: exit, out, err } = await spoord(...args);
    assert.equal(exit, 2, `${args}: ${out}${err}`);
    assert.ok(err.length > 10 && err.length < 600, `${args}: ${err}`);
  }
  assert.equal(await house.counts(), counts);
});
