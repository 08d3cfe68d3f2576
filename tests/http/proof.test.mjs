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

test('both histories say what day was promised, when the owner hears again, and why a step was taken', async () => {
  const token = await tokenOf('Promising', 'technician');
  const day = (days) => new Date(Date.now() + days * 864e5).toISOString().slice(0, 10);
  const events = [{ kind: 'eta', detail: { expected_on: day(10), next_update_on: day(4) } }, { kind: 'step', step: 'repair', reason: 'PARTS_ORDERED' }];
  const { outcomes } = await post(token, events.map((event) => ({ event_id: randomUUID(), code, ...event })));
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ['recorded', 'recorded']);
  const device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code.replace('-', '')}'`);
  for (const page of [await text(auditor, `/audit/devices/${device}?lang=en`), await text(lead, `/devices/${device}?lang=en`)]) {
    assert.match(page, /Expected back: \w+ \d+ \w+ · The owner hears from us again on: \w+ \d+ \w+</);
    assert.match(page, /Reason: Waiting for a part/);
  }
});

test('what was overtaken within minutes is sealed like the rest', async () => {
  const token = await tokenOf('Quick desk', 'technician');
  const device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code.replace('-', '')}'`);
  const step = (name, seconds) => ({ event_id: randomUUID(), code, kind: 'step', step: name, ...(seconds && { happened_at: new Date(Date.now() - seconds * 1000).toISOString() }) });
  assert.equal((await post(token, [step('quality_check')])).outcomes[0].outcome, 'recorded');
  const [late] = (await post(token, [step('diagnosis', 180)])).outcomes;
  assert.ok(late.flags.includes('overtaken'), JSON.stringify(late));
  const scanner = await enrolScanner(service, { account: 'noor' });
  const [scan] = (await post(scanner.token, [signed(scanner, { ...step('repair', 20), scanner_seq: scanner.next++, clock_skew_ms: 500 })])).outcomes;
  assert.ok(scan.flags.includes('overtaken'), JSON.stringify(scan));
  await waitFor('the seal', async () => (await house.sql(`SELECT max(size) > ${scan.seq} FROM spoor.checkpoint`)) === 't');
  assert.match(await text(auditor, `/audit/devices/${device}?lang=en`), /Nothing in this history was altered/);
  const seq = await house.sql(`SELECT max(seq) FROM spoor.event WHERE device_id = '${device}'`);
  assert.ok((await text(auditor, `/audit/devices/${device}?lang=en`)).includes(`Record ${seq} of the log`), 'as the paper says it');
});

test('an auditor is told that the newest records of a device are gone, though no table knows of them any more', async () => {
  const token = await tokenOf('Losing desk', 'technician');
  const gone = [];
  for (let n = 0; n < 3; n++) gone.push((await post(token, [{ event_id: randomUUID(), code, kind: 'note', private_note: `n${n}` }])).outcomes[0].seq);
  const device = await house.sql(`SELECT device_id FROM spoor.event WHERE seq = ${gone[0]}`);
  const read = () => text(auditor, `/audit/devices/${device}?lang=en`);
  await waitFor('the seal', async () => (await house.sql(`SELECT max(size) > ${gone[2]} FROM spoor.checkpoint`)) === 't');
  assert.match(await read(), /Nothing in this history was altered/);
  const last = await house.sql(`SELECT device_seq FROM spoor.event WHERE seq = ${gone[2]}`);
  await house.sql(`SET session_replication_role = replica; CREATE TABLE public.lost AS SELECT * FROM spoor.event WHERE seq IN (${gone[1]}, ${gone[2]});
    DELETE FROM spoor.event WHERE seq IN (${gone[1]}, ${gone[2]}); UPDATE spoor.custody SET device_seq = ${last} - 2, seq = ${gone[0]} WHERE device_id = '${device}'`);
  assert.match(await read(), new RegExp(`does not match what was sealed: record ${last} is missing`));
  assert.match(await read(), new RegExp(`Records ${last} to ${Number(last) + 1} are missing`));
  await house.sql(`SET session_replication_role = replica; CREATE TABLE public.held AS SELECT * FROM spoor.custody WHERE device_id = '${device}'; DELETE FROM spoor.custody WHERE device_id = '${device}'`);
  assert.match(await read(), /Records of this device were sealed, and the database has none of them/);
  await house.sql('SET session_replication_role = replica; INSERT INTO spoor.custody TABLE public.held');
  await house.sql(`SET session_replication_role = replica; INSERT INTO spoor.event TABLE public.lost; UPDATE spoor.custody SET device_seq = ${last}, seq = ${gone[2]} WHERE device_id = '${device}'`);
  assert.match(await read(), /Nothing in this history was altered/);
});

test('an auditor reads what a device was sealed as, and that a table says another name or number', async () => {
  const device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code.replace('-', '')}'`);
  const read = (language) => text(auditor, `/audit/devices/${device}?lang=${language}`);
  const [make, model, serial] = (await house.sql(`SELECT d.make, d.model, a.value FROM spoor.device d JOIN spoor.alias a ON a.device_id = d.id AND a.kind = 'serial' WHERE d.id = '${device}'`)).split('|');
  const sealedAs = new RegExp(`<dt>Sealed as</dt><dd><bdi>${make} ${model}, ${serial}</bdi>`);
  await waitFor('the seal', async () => (await read('en')).includes('Sealed as'));
  const differs = /was changed in a table/;
  assert.match(await read('en'), sealedAs);
  assert.doesNotMatch(await read('en'), differs);
  await house.sql(`INSERT INTO spoor.alias (device_id, kind, value) VALUES ('${device}', 'asset_tag', 'IT-0042')`);
  assert.doesNotMatch(await read('en'), differs, 'a number that came later');
  for (const [change, back] of [[`UPDATE spoor.device SET model = 'Stolen' WHERE id = '${device}'`, `UPDATE spoor.device SET model = '${model}' WHERE id = '${device}'`],
    [`UPDATE spoor.alias SET value = value || '-X' WHERE device_id = '${device}' AND kind = 'serial'`, `UPDATE spoor.alias SET value = '${serial}' WHERE device_id = '${device}' AND kind = 'serial'`]]) {
    await house.sql(change);
    assert.match(await read('en'), differs, change);
    assert.match(await read('en'), sealedAs);
    assert.match(await read('nl'), /in een tabel veranderd/);
    await house.sql(back);
  }
  // Numbers of any form, as a scanner may read them.
  const scans = await tokenOf('Odd codes', 'technician');
  for (const odd of ['PN=20XW|SN=PF3ABC', 'X|Y=', 'a|b|c', '=']) {
    const { outcomes } = await post(scans, [{ event_id: randomUUID(), code: odd, kind: 'moved' }]);
    const other = await house.sql(`SELECT device_id FROM spoor.event WHERE seq = ${outcomes[0].seq}`);
    let page;
    await waitFor('the seal', async () => (page = await text(auditor, `/audit/devices/${other}?lang=en`)).includes('Sealed as'));
    assert.ok(page.includes(`<bdi>${odd}</bdi>`), odd);
    assert.doesNotMatch(page, differs, odd);
  }
  const salt = await house.sql(`SELECT encode(o.salt, 'hex') FROM spoor.opening o JOIN spoor.event v USING (seq) WHERE v.device_id = '${device}' AND o.tag = 19`);
  const set = (hex) => house.sql(`UPDATE spoor.opening o SET salt = '\\x${hex}' FROM spoor.event v WHERE v.seq = o.seq AND v.device_id = '${device}' AND o.tag = 19`);
  await set('00'.repeat(32));
  assert.match(await read('en'), /The first record, which says what this device is, is not what was sealed/);
  await set(salt);
  assert.doesNotMatch(await read('en'), /is not what was sealed/);
});

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

test('a number that was refused did come: a lead reads of it as refused, and of the others as never come', async () => {
  const scanner = await enrolScanner(service, { account: 'noor' });
  const name = await house.sql(`SELECT name FROM spoor.actor WHERE id = '${scanner.id}'`);
  const scan = (scanner_seq, more = {}) => signed(scanner, { event_id: randomUUID(), kind: 'step', step: 'repair', code, happened_at: new Date().toISOString().replace('Z', '+00:00'), scanner_seq, ...more });
  const unknown = scan(2, { reason: 'NO_SUCH_REASON' });
  const { outcomes } = await post(scanner.token, [scan(1), unknown, scan(3, { place: '7K3M9-QXFDX' }), scan(7)]);
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ['recorded', 'refused', 'refused', 'recorded']);
  const gaps = await house.sql(`SELECT string_agg(first || '-' || last, ' ') FROM spoor.scanner_gaps() WHERE name = '${name}'`);
  assert.equal(gaps, '4-6');
  const page = await text(lead, '/exceptions');
  assert.match(page, /Scans that came and were refused/);
  assert.ok(page.includes(`${name} 2`) && page.includes('there is no reason with this code'), page);
  assert.ok(page.includes(`${name} 3`) && page.includes('the place is not the code of a label'), page);
  assert.equal((await post(scanner.token, [scan(2)])).outcomes[0].outcome, 'recorded');
  assert.ok(!(await text(lead, '/exceptions')).includes(`${name} 2`), 'what was recorded since is no news');
});

test('when more numbers are used again than wait for a lead, each is recorded, and the page counts those that are left out', async () => {
  const scanner = await enrolScanner(service, { account: 'noor' });
  const scan = () => signed(scanner, { event_id: randomUUID(), kind: 'step', step: 'repair', code, happened_at: new Date().toISOString().replace('Z', '+00:00'), scanner_seq: 1 });
  await post(scanner.token, [scan(), scan()]);
  await house.sql(`INSERT INTO spoor.review (event_id, actor_id, body, body_hash, why) SELECT gen_random_uuid(), '${scanner.id}', '{}', '\\x00', 'flood' FROM generate_series(1, 9998)`);
  const { outcomes } = await post(scanner.token, [scan(), scan(), scan()]);
  assert.deepEqual(outcomes.map(({ outcome, flags }) => [outcome, flags.includes('number_reused')]), Array(3).fill(['recorded', true]));
  assert.match(await text(lead, '/exceptions'), /<p class="muted">2 more are recorded with their flag/);
});

const guess = (password, login = 'tom') => new Client(service.url).post('/sign-in', { login, password });

test('of thirty guesses at once no more are checked than one after the other would be', async () => {
  await house.sql('DELETE FROM spoor.sign_in_failure');
  const began = Date.now();
  const statuses = (await Promise.all(Array.from({ length: 30 }, (_, n) => guess(`wrong password ${n}`)))).map(({ status }) => status);
  const checked = statuses.filter((status) => status === 401).length;
  // Five, and on a slow machine those whose wait of 2, 4, 8 … seconds was over meanwhile.
  const allowed = 5 + Math.floor(Math.log2((Date.now() - began) / 1000 + 2) - 1);
  assert.ok(checked >= 5 && checked <= allowed, `${allowed} may be checked: ${statuses}`);
  assert.equal(statuses.filter((status) => status === 429).length, 30 - checked, `${statuses}`);
  assert.equal(await house.sql("SELECT failures FROM spoor.sign_in_failure WHERE key = 'account:tom'"), `${checked}`, 'those that had to wait do not count');
});

test('right passwords leave nothing behind that makes anybody wait, also many at once', async () => {
  await house.sql('DELETE FROM spoor.sign_in_failure');
  assert.equal((await guess('wrong password')).status, 401);
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(Array.from({ length: 2 }, () => guess(house.demo.accounts.tom)));
    assert.deepEqual(answers.map(({ status }) => status), [303, 303]);
  }
  assert.equal(await house.sql("SELECT string_agg(left(key, 8) || failures, ' ') FROM spoor.sign_in_failure"), 'address:1', 'the wrong one counts for the network still');
});

test('the badge of somebody who was erased is nobody\'s any more', async () => {
  await service.run('account', 'add', 'gone', '--role', 'technician', '--name', 'Gone Person');
  await service.run('label', 'mint', '--count', '1', '--batch', 'badges-of-proof');
  const badge = await house.sql("SELECT code FROM spoor.label WHERE batch = 'badges-of-proof'");
  assert.equal((await service.run('account', 'badge', 'gone', badge)).code, 0);
  const token = await tokenOf('Badge desk', 'technician');
  const hand = async (more) => (await post(token, [{ event_id: randomUUID(), code, kind: 'handed_over', ...more }])).outcomes[0];
  const { outcome, seq } = await hand({ to: badge });
  assert.equal(outcome, 'recorded');
  await waitFor('its seal', async () => Number(await house.sql('SELECT coalesce(max(size), 0) FROM spoor.checkpoint')) > seq);
  const erased = await service.run('erase', 'person', 'Gone Person', '--yes');
  assert.equal(erased.code, 0, erased.err);
  const refused = await hand({ to: badge });
  assert.deepEqual([refused.outcome, refused.message], ['refused', "this badge is nobody's any more"]);
  const asDevice = (await post(token, [{ event_id: randomUUID(), code: badge, kind: 'moved' }])).outcomes[0];
  assert.deepEqual([asDevice.outcome, asDevice.message], ['refused', "this badge is nobody's any more"]);
  assert.match(await text(technician, `/bench?code=${badge}`), /This badge is nobody&#39;s any more/);
  assert.equal(await house.sql(`SELECT party_id IS NULL AND revoked_at IS NOT NULL FROM spoor.label WHERE code = '${badge}'`), 't');
  assert.notEqual((await service.run('account', 'badge', 'noor', badge)).code, 0, 'nor does it become somebody else\'s');
});
