// The real service: hand-offs recorded once whatever happens, pages, roles, the scanner.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

let service, demo, code, token;
const json = { 'content-type': 'application/json' };
const post = (events, more = {}) =>
  fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { ...json, authorization: `Bearer ${token}`, ...more }, body: JSON.stringify({ events }) });
const event = (more = {}) => ({ event_id: randomUUID(), code, kind: 'moved', happened_at: new Date().toISOString(), ...more });
const ledger = async () => {
  const text = await (await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${audit}` } })).text();
  return text.trim().split('\n').map((line) => JSON.parse(line));
};
let audit;

before(async () => {
  service = await startSpoord();
  demo = greeting(service.output());
  code = demo.sticker.split('/d/')[1];
  token = (await service.run('token', 'add', 'test', '--role', 'technician')).out.trim();
  audit = (await service.run('token', 'add', 'audit', '--role', 'auditor')).out.trim();
}, { timeout: 120000 });
after(() => service?.stop());

test('what the bench offers first for a waiting device is to go on with it, for who has it and for another', async () => {
  const first = async (login) => {
    const page = await (await (await new Client(service.url).signIn(login, demo.accounts[login])).get(`/bench?code=${code}`)).text();
    const form = page.slice(0, page.indexOf('btn primary big')).split('<form ').at(-1);
    return Object.fromEntries([...form.matchAll(/name="(kind|step)" value="([^"]+)"/g)].map(([, name, value]) => [name, value]));
  };
  const waiting = (await (await fetch(`${service.url}/api/v1/devices/${code}`, { headers: { authorization: `Bearer ${token}` } })).json());
  assert.equal(waiting.device.waiting, 'PARTS_ORDERED');
  assert.deepEqual(await first('samira'), { kind: 'waiting_ended' });
  assert.deepEqual(await first('noor'), { kind: 'step', step: 'repair' });
});

/** Posts one event on a connection of this agent; gives its outcome, and the connection by its port. */
function postOn(agent, one) {
  return new Promise((resolve, reject) => {
    const sent = request(`${service.url}/api/v1/events`, { method: 'POST', agent, headers: { ...json, authorization: `Bearer ${token}` } }, async (answer) => {
      const port = answer.socket.localPort;
      resolve({ ...JSON.parse(Buffer.concat(await answer.toArray())).outcomes[0], port });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ events: [one] }));
  });
}

test('an event sent five times on sixteen connections at once is one row with five equal answers', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  for (let round = 0; round < 4; round++) {
    const one = event();
    const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => postOn(agent, n % 3 === 0 && n < 15 ? one : event())));
    assert.equal(new Set(answers.map(({ port }) => port)).size, 16);
    const same = answers.filter(({ event_id }) => event_id === one.event_id);
    assert.deepEqual(same.map(({ outcome }) => outcome).sort(), ['recorded', 'replayed', 'replayed', 'replayed', 'replayed']);
    assert.equal(new Set(same.map(({ seq, device_seq, step }) => `${seq} ${device_seq} ${step}`)).size, 1);
    assert.equal((await ledger()).filter(({ event_id }) => event_id === one.event_id).length, 1);
  }
  agent.destroy();
});

test('the same key with other content is a conflict and changes nothing', async () => {
  const one = event({ public_note: 'first' });
  await post([one]);
  const [outcome] = (await (await post([{ ...one, public_note: 'second' }])).json()).outcomes;
  assert.equal(outcome.outcome, 'conflict');
  assert.equal((await ledger()).find(({ event_id }) => event_id === one.event_id).public_note, 'first');
});

test('what cannot be parsed is refused with the name of the field, and nothing is stored', async () => {
  const size = (await ledger()).length;
  const cases = [
    [event({ event_id: 'x' }), 'events[0].event_id'], [event({ actor: randomUUID() }), 'events[0].actor'], [event({ recorded_at: '2020-01-01T00:00:00Z' }), 'events[0].recorded_at'],
    [event({ seq: 1 }), 'events[0].seq'], [event({ happened_at: '2026-02-30T00:00:00Z' }), 'events[0].happened_at'], [event({ happened_at: '2026-02-03T00:00:00' }), 'events[0].happened_at'],
    [event({ public_note: 'x'.repeat(2001) }), 'events[0].public_note'], [event({ public_note: 'a\u0007b' }), 'events[0].public_note'], [event({ kind: 7 }), 'events[0].kind'],
    [event({ scanner_seq: 1 }), 'events[0].scanner_seq'], [event({ scanner_seq: 1.5 }), 'events[0].scanner_seq'],
    ...[[], 'x', { skipped: [] }, { claimed: {} }, { a: 1e300 }, { a: [{ b: -1e-300 }] }].map((detail) => [event({ detail }), 'events[0].detail']),
  ];
  for (const [bad, field] of cases) {
    const answer = await post([event(), bad].reverse());
    const problem = await answer.json();
    assert.equal(answer.status, 400, JSON.stringify(problem));
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.equal(problem.field, field);
  }
  assert.equal((await post(Array.from({ length: 101 }, () => event()))).status, 413);
  assert.equal((await post([])).status, 400);
  for (const body of ['{', '[]', '{"events":[{"event_id":"a","event_id":"b"}]}', '{"events":["\\u0000"]}', '\xff', JSON.stringify({ events: [event({ detail: { a: 7 } })] }).replace('"a":7', '"a":-0.0')]) {
    const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { ...json, authorization: `Bearer ${token}` }, body });
    assert.equal(answer.status, 400, body);
  }
  assert.equal((await ledger()).length, size);
});

test('a misread label is refused with what it may have been', async () => {
  const [outcome] = (await (await post([event({ code: '7K3M9-QXFDA' })])).json()).outcomes;
  assert.equal(outcome.outcome, 'refused');
  assert.match(outcome.message, /7K3M9-QXFDT/);
});

test('a bad event does not fail its neighbours', async () => {
  const { outcomes } = await (await post([event(), event({ kind: 'step', step: 'nonsense' }), event()])).json();
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ['recorded', 'refused', 'recorded']);
});

test('the API takes tokens only, and each role only its own', async () => {
  const asked = (headers, path = '/api/v1/devices/' + code) => fetch(service.url + path, { headers }).then(({ status }) => status);
  assert.equal(await asked({}), 401);
  assert.equal(await asked({ authorization: 'Basic abc' }), 401);
  assert.equal(await asked({ authorization: 'Bearer ' }), 401);
  assert.equal(await asked({ authorization: 'Bearer wrong' }), 401);
  assert.equal(await asked({ authorization: `Bearer ${token}` }), 200);
  assert.equal(await asked({ authorization: `Bearer ${token}` }, '/api/v1/events'), 403);
  assert.equal((await post([event()], { authorization: `Bearer ${audit}` })).status, 403);
});

test('a device is followed from intake to return, and everyone can look', async () => {
  const desk = await new Client(service.url).signIn('samira', demo.accounts.samira);
  const form = await desk.token('/intake');
  const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
  const fields = { token: form, event_id: randomUUID(), device_id: '', make: 'Acer', model: 'Swift <b>5</b>', serial: '=1+1', asset_tag: '', label: '', owner_name: 'Jo "the" Owner', owner_email: 'jo@example.org', problem: '<script>alert(1)</script>', condition: '', accessories: '', expected_on: soon };
  const receipt = await (await desk.post('/intake', fields)).text();
  const link = receipt.match(/http:[^<"]*(\/t\/[0-9A-Z]{26})/)?.[1];
  assert.ok(link, receipt.slice(0, 2000));
  const again = await (await desk.post('/intake', fields)).text();
  assert.equal(again.match(/R-\d{4}-\d{6}/)[0], receipt.match(/R-\d{4}-\d{6}/)[0], 'a second click is the same repair');
  assert.equal(again.match(/http:[^<"]*(\/t\/[0-9A-Z]{26})/)[1], link, 'and the same link: it may be on paper');
  const anyone = new Client(service.url);
  assert.equal((await anyone.get(link)).status, 200);
  const device = receipt.match(/\/bench\?device=([0-9a-f-]{36})/)[1];
  const step = async (more) => {
    const answer = await desk.post('/bench/record', { token: form, event_id: randomUUID(), device_id: device, kind: 'step', ...more });
    assert.equal(answer.status, 303, await answer.text());
    return (await anyone.get(link)).text();
  };
  assert.match(await step({ step: 'diagnosis' }), /finding out what is wrong/);
  assert.match(await step({ step: 'repair' }), /is being repaired/);
  assert.match(await step({ kind: 'waiting', reason: 'PARTS_ORDERED', next_update_on: soon, public_note: 'On its way' }), /waits for something[\s\S]*A part has been ordered[\s\S]*On its way/);
  assert.doesNotMatch(await (await anyone.get(link)).text(), /A technician is working on it/, 'nothing contradicts the wait');
  assert.match(await step({ step: 'ready' }), /is ready/);
  const page = await step({ kind: 'returned', outcome: 'repaired' });
  assert.match(page, /back with you/);
  assert.ok(!page.includes('<script>alert') && page.includes('&lt;script&gt;'), 'what people type is shown as text');
  assert.ok(!page.includes('=1+1') && !page.includes('Jo &quot;'), 'no serial number, no name of the owner');
  assert.match(await (await anyone.get(link + '?lang=nl')).text(), /weer bij u/);
  const auditor = await new Client(service.url).signIn('vera', demo.accounts.vera);
  const history = await (await auditor.get(`/audit/devices/${device}`)).text();
  assert.match(history, /Nothing in this history was altered/);
  const csv = await (await auditor.get(`/audit/devices/${device}/csv`)).text();
  assert.equal(csv.trim().split('\r\n').length, 8);
  assert.equal(JSON.parse(await (await auditor.get(`/audit/devices/${device}/json`)).text()).events.length, 7);
});

test('an unusual step is warned of, and goes on with a reason', async () => {
  const desk = await new Client(service.url).signIn('noor', demo.accounts.noor);
  const page = await (await desk.get('/bench?code=4HJ9QW3')).text();
  const form = { token: page.match(/name="token" value="([^"]+)"/)[1], device_id: page.match(/name="device_id" value="([^"]+)"/)[1], kind: 'step', step: 'intake' };
  const warned = await desk.post('/bench/record', { ...form, event_id: randomUUID() });
  assert.equal(warned.status, 409);
  assert.match(await warned.text(), /needs a reason/);
  assert.equal((await desk.post('/bench/record', { ...form, event_id: randomUUID(), reason: 'QC_FAILED' })).status, 303);
});

test('undo gives back what was before', async () => {
  const desk = await new Client(service.url).signIn('noor', demo.accounts.noor);
  const page = await (await desk.get('/bench?code=PF4A1B2C')).text();
  const form = { token: page.match(/name="token" value="([^"]+)"/)[1], device_id: page.match(/name="device_id" value="([^"]+)"/)[1] };
  const wrong = randomUUID();
  await desk.post('/bench/record', { ...form, event_id: wrong, kind: 'step', step: 'ready' });
  const done = await (await desk.get(`/bench?device=${form.device_id}&done=${wrong}`)).text();
  assert.match(done, /Undo/);
  await desk.post('/bench/record', { ...form, event_id: randomUUID(), kind: 'corrected', corrects: wrong });
  assert.match(await (await desk.get(`/bench?device=${form.device_id}`)).text(), /tag blue">Diagnosis/);
});

test('what is offered stays with its giver until the receiver accepts, and again when they refuse', async () => {
  const [noor, samira] = await Promise.all(['noor', 'samira'].map(async (name) => new Client(service.url).signIn(name, demo.accounts[name])));
  const card = async (who) => (await who.get('/bench?code=PF4A1B2C')).text();
  const mine = await card(noor);
  const device_id = mine.match(/name="device_id" value="([^"]+)"/)[1];
  const to = mine.match(/<option value="([^"]+)">Samira[^<]*<\/option>/)[1];
  const record = async (who, kind, more = {}) =>
    assert.equal((await who.post('/bench/record', { token: await who.token('/bench'), event_id: randomUUID(), device_id, kind, ...more })).status, 303, kind);
  const holder = (page) => page.match(/Now with<\/small><b>([^<]+)/)[1];
  await record(noor, 'moved');
  const held = await card(noor);
  assert.equal(holder(held), 'You');
  const giver = holder(await card(samira));
  assert.match(giver, /Noor/);
  assert.doesNotMatch(held, /To<\/small><b>You<\/b>|<option value="[^"]+">Noor/, 'who has it is not asked to take it, nor to give it to herself');
  assert.match(await card(samira), /To<\/small><b>You<\/b>/);
  const self = (await card(samira)).match(/<option value="([^"]+)">Samira[^<]*<\/option>/)[1];
  const own = await samira.post('/bench/record', { token: await samira.token('/bench'), event_id: randomUUID(), device_id, kind: 'offered', to: self });
  assert.equal(own.status, 409);
  assert.match(await own.text(), /An offer goes to somebody else/);
  for (const [answer, then] of [['refused', /Noor/], ['accepted', /You/]]) {
    await record(noor, 'offered', { to });
    assert.match(await card(noor), /Offered to Samira[^,]*, who has not answered yet/);
    assert.match(await (await samira.get('/bench')).text(), new RegExp(`Offered to you[\\s\\S]*from ${giver}`));
    const page = await card(samira);
    assert.ok(page.includes(`${giver} offers this to you. Until you accept, it stays with ${giver}.`), page);
    assert.equal(holder(page), giver);
    await record(samira, answer);
    assert.match(holder(await card(samira)), then);
    assert.doesNotMatch(await (await samira.get('/bench')).text(), /Offered to you/);
  }
  const history = await (await noor.get(`/devices/${device_id}`)).text();
  for (const word of ['Offered', 'Refused', 'Accepted']) assert.ok(history.includes(word), word);
  assert.doesNotMatch(history, /Somebody else had it/);
});

test('two devices with one serial number are both offered and none is guessed', async () => {
  for (const model of ['One', 'Two']) assert.equal((await service.run('device', 'add', '--model', model, '--serial', 'TWIN-1')).code, 0);
  const desk = await new Client(service.url).signIn('noor', demo.accounts.noor);
  const page = await (await desk.get('/bench?code=TWIN-1')).text();
  assert.match(page, /Which one is it\?[\s\S]*One[\s\S]*Two|Which one is it\?[\s\S]*Two[\s\S]*One/);
  const [outcome] = (await (await post([event({ code: 'TWIN-1' })])).json()).outcomes;
  assert.equal(outcome.outcome, 'refused');
});

test('forms need the session’s own token and come from this site', async () => {
  const desk = await new Client(service.url).signIn('noor', demo.accounts.noor);
  const good = { token: await desk.token('/intake') };
  assert.equal((await desk.post('/sign-out', {})).status, 403);
  assert.equal((await desk.post('/sign-out', { token: 'x' })).status, 403);
  assert.equal((await desk.post('/sign-out', good, { 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await desk.post('/sign-out', { ...good, role: 'admin' })).status, 400, 'unknown fields are refused');
  assert.equal((await desk.post('/sign-out', good)).status, 303);
  assert.equal((await desk.get('/bench')).status, 303, 'the session is over');
});

test('each role sees its own pages and no others', async () => {
  const routes = JSON.parse((await run(['routes', '--json'])).out).filter(({ door, method, path }) => door === 'page' && method === 'GET' && !path.includes('{'));
  for (const [login, role] of [['samira', 'technician'], ['vera', 'auditor'], ['admin', 'admin'], [null, 'anyone']]) {
    const client = new Client(service.url);
    if (login) await client.signIn(login, demo.accounts[login]);
    for (const { path, may } of routes) {
      const { status } = await client.get(path);
      const allowed = may.includes('anyone') || may.includes(role) || (login === 'admin' && may.includes('lead'));
      assert.equal(status === 403 || (!login && status === 303 && !may.includes('anyone')), !allowed, `${login} ${path} ${status}`);
    }
  }
});

test('wrong names and wrong passwords get the same answer, and soon a delay', async () => {
  const client = new Client(service.url);
  const one = await client.post('/sign-in', { login: 'tom', password: 'wrong' });
  const other = await client.post('/sign-in', { login: 'nobody', password: 'wrong' });
  assert.equal(one.status, 401);
  assert.equal(other.status, 401);
  assert.equal((await one.text()).replaceAll('tom', '*'), (await other.text()).replaceAll('nobody', '*'));
  let status;
  for (let i = 0; i < 8 && status !== 429; i++) ({ status } = await client.post('/sign-in', { login: 'ghost', password: 'wrong' }));
  assert.equal(status, 429);
});

test('unknown, dead and malformed links get one answer', async () => {
  const answers = await Promise.all(['/t/' + '0'.repeat(26), '/t/x', '/t/' + 'Z'.repeat(26)].map(async (path) => {
    const answer = await fetch(service.url + path);
    return [answer.status, (await answer.text()).replace(/[0-9a-f]{16}/g, '')].join();
  }));
  assert.equal(new Set(answers).size, 1);
});

test('a scanner enrols once, records what it reads, and loses nothing while the service is away', { timeout: 120000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-scan-'));
  const scan = (args, input) => run([...args, '--state', folder], {}, { program: 'spoor-scan', input });
  try {
    const enrol = (await service.run('scanner', 'add', 'Bench 9', '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
    assert.equal((await scan(['enroll', service.url, enrol])).code, 0);
    assert.equal((await scan(['enroll', service.url, enrol])).code, 3, 'a code works once');
    assert.equal(statSync(join(folder, 'enrolment')).mode & 0o777, 0o600);
    await service.run('label', 'show', code, '--format', 'png', '--out', join(folder, 'label.png'));
    const photo = await scan(['--step', 'repair', join(folder, 'label.png')]);
    assert.equal(photo.code, 0, photo.out + photo.err);
    assert.match(photo.out, /recorded\s+Dell Latitude 7440: Repair, with /);
    const typed = await scan(['--step', 'quality_check', '--stdin', '--json'], `${code}\r\n7K3M9-QXFDA\tnobodys-number-1\n`);
    assert.deepEqual(typed.out.trim().split('\n').map((line) => JSON.parse(line).result), ['recorded', 'not a label', 'not known']);
    assert.equal(typed.code, 11);
    assert.equal((await scan(['--step', 'repair', '/dev/null'])).code, 12, 'not readable');
    const before = (await ledger()).length;
    await service.kill('SIGKILL');
    const waiting = await scan(['--step', 'ready', '--stdin'], `${code}\n${code}\nWAITS-1\n`);
    assert.equal(waiting.code, 13, waiting.out);
    assert.deepEqual(waiting.out.match(/waiting|read twice/g), ['waiting', 'read twice', 'waiting'], 'the same code twice in a row is one scan');
    assert.match((await scan(['status'])).out, /2 waiting/);
    const { state, port } = service;
    service = await startSpoord({ state, port });
    demo = greeting(service.output());
    assert.equal((await scan(['sync'])).code, 0);
    assert.match((await scan(['status'])).out, /0 waiting/);
    assert.equal((await ledger()).length, before + 2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('kill -9 during a thousand posts: every acknowledged event is there once', { timeout: 240000 }, async () => {
  const sent = Array.from({ length: 1000 }, () => event());
  const acknowledged = new Set();
  let next = 0, kills = 0;
  const { state, port } = service;
  const restart = async () => {
    await service.kill('SIGKILL');
    kills++;
    service = await startSpoord({ state, port });
  };
  let killing = Promise.resolve();
  const writer = async () => {
    while (next < sent.length) {
      const mine = sent[next++];
      if (next === 300 || next === 650) killing = killing.then(restart);
      await waitFor('an answer', async () => {
        try {
          const answer = await post([mine]);
          if (answer.status !== 200) return false;
          const [{ outcome }] = (await answer.json()).outcomes;
          assert.ok(['recorded', 'replayed'].includes(outcome), outcome);
          acknowledged.add(mine.event_id);
          return true;
        } catch (error) {
          if (error.code === 'ERR_ASSERTION') throw error;
          return false;
        }
      }, 60);
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
  await killing;
  demo = greeting(service.output());
  const rows = await ledger();
  assert.equal(kills, 2);
  assert.equal(acknowledged.size, 1000);
  const counts = new Map();
  for (const { event_id } of rows) counts.set(event_id, (counts.get(event_id) ?? 0) + 1);
  assert.deepEqual([...acknowledged].filter((id) => counts.get(id) !== 1), []);
  assert.deepEqual(rows.map(({ seq }) => seq), rows.map((_, i) => i + 1), 'seq has no gaps after the genesis');
});

test('SIGTERM ends the service and its database cleanly', async () => {
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
  service = null;
});
