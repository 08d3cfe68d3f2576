// What exports and pages say when the tables beside the ledger are edited, the log's key after a rotation, numbers of scanners
// that came and were refused, guesses of a password at once, and the badge of somebody who was erased.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { enrolScanner, signed } from '../support/raw_scanner.mjs';
import { Client, startSpoord, waitFor } from '../support/spoord.mjs';

let house, service, code, auditor, technician, lead;
const one = (list, pattern) => Object.entries(list).find(([name]) => pattern.test(name));

before(async () => {
  house = await startHouse();
  service = house.service;
  code = house.demo.sticker.split('/d/')[1];
  const client = async (pattern) => new Client(service.url).signIn(...one(house.demo.accounts, pattern));
  auditor = await client(/vera/);
  technician = await client(/noor/);
  lead = await client(/admin/);
}, { timeout: 120000 });
after(() => house?.stop());

const post = async (token, events, to = service) => {
  const answer = await fetch(`${to.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ events }) });
  return { status: answer.status, ...(await answer.json()) };
};
const text = async (client, path) => (await client.get(path)).text();
const tokenOf = async (name, role) => (await service.run('token', 'add', name, '--role', role)).out.trim();

test('a name that is changed in the tables changes no export and no history of what was sealed', async () => {
  const token = await tokenOf('Sealed desk', 'technician');
  const { outcomes } = await post(token, [{ event_id: randomUUID(), code, kind: 'moved' }]);
  assert.equal(outcomes[0].outcome, 'recorded');
  const device = await house.sql(`SELECT device_id FROM spoor.event WHERE seq = ${outcomes[0].seq}`);
  const paths = [[auditor, `/audit/devices/${device}/csv`], [auditor, `/audit/devices/${device}/json`], [auditor, `/audit/devices/${device}`],
    [auditor, '/audit/csv'], [technician, `/devices/${device}/csv`], [technician, `/devices/${device}/json`], [technician, `/devices/${device}`]];
  const before = await Promise.all(paths.map(([client, path]) => text(client, path)));
  for (const [i, said] of before.entries()) assert.ok(said.includes('Sealed desk'), `${paths[i][1]}: ${said.slice(0, 500)}`);
  await house.sql("UPDATE spoor.party SET name = 'Forged desk' WHERE name = 'Sealed desk'; UPDATE spoor.actor SET name = 'Forged desk' WHERE name = 'Sealed desk'");
  for (const [i, [client, path]] of paths.entries()) {
    const said = await text(client, path);
    assert.ok(said.includes('Sealed desk'), `${path} says what was sealed`);
    if (!/^\/devices\/[^/]*$/.test(path) && !path.endsWith('/json')) assert.ok(!said.includes('Forged desk'), path);
    if (path.endsWith('json')) assert.deepEqual(JSON.parse(said).events, JSON.parse(before[i]).events, path);
  }
});

test('what was erased reads so in the exports, and no other name is put in its place', async () => {
  const id = await house.sql("SELECT v.device_id FROM spoor.event v JOIN spoor.party p ON p.id = v.to_id JOIN spoor.repair r ON r.owner_id = p.id WHERE v.kind = 'returned' LIMIT 1");
  const mail = await house.sql(`SELECT p.email FROM spoor.repair r JOIN spoor.party p ON p.id = r.owner_id WHERE r.device_id = '${id}' LIMIT 1`);
  const name = await house.sql(`SELECT p.name FROM spoor.party p WHERE p.email = '${mail}'`);
  assert.ok((await text(auditor, `/audit/devices/${id}/csv`)).includes(name));
  const erased = await service.run('erase', 'person', mail, '--yes');
  assert.equal(erased.code, 0, erased.err);
  const seq = await house.sql('SELECT max(seq) FROM spoor.notice WHERE type = 2');
  const csv = await text(auditor, `/audit/devices/${id}/csv`);
  assert.ok(!csv.includes(name));
  assert.match(csv, /"\(erased: record \d+\)"/);
  assert.ok(csv.includes(`(erased: record ${seq})`), csv);
  assert.match(await text(technician, `/devices/${id}`), /\(erased: record \d+\)/);
});

test('after a rotation the key in force is served at once, by every instance that knows the folder', async () => {
  const other = await startSpoord({ demo: false, state: service.state, env: { SPOOR_DATABASE: house.database, SPOOR_SEAL: '0' } });
  try {
    const served = async (from) => (await (await fetch(`${from.url}/log/key`)).text()).trim();
    const first = await served(service);
    assert.equal(await served(other), first);
    const next = (await service.run('key', 'rotate', '--yes')).out.trim().split('\n').pop().trim();
    assert.notEqual(next, first);
    await waitFor('the new key', async () => (await served(service)) === next);
    assert.equal(await served(other), next);
    const page = await text(auditor, '/audit');
    assert.ok(page.replaceAll('&#43;', '+').includes(next) && !page.includes(first), 'the page tells the new one');
    assert.ok(!page.includes('is not signed by'), page);
  } finally {
    await other.stop();
  }
});
