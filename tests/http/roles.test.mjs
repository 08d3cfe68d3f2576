// Every route with every role: who may, may; who may not, is told so and changes nothing. The table is the service's own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { enrolScanner } from '../support/raw_scanner.mjs';
import { Client, run } from '../support/spoord.mjs';

const house = await startHouse();
const { service, demo } = house;
after(() => house.stop());

const routes = JSON.parse((await run(['routes', '--json'])).out);
const roles = ['technician', 'lead', 'auditor', 'editor', 'admin'];

// A door's keys: a cookie for each role on the pages, a bearer token for each role and a scanner on the API.
const people = { nobody: new Client(service.url) };
const bearers = { nobody: null };
for (const role of roles) {
  const password = (await service.run('account', 'add', `only-${role}`, '--role', role)).out.match(/\S+\s*$/)[0].trim();
  people[role] = await new Client(service.url).signIn(`only-${role}`, password);
  bearers[role] = (await service.run('token', 'add', `token-${role}`, '--role', role)).out.trim();
}
bearers.scanner = (await enrolScanner(service)).token;
const revoked = await enrolScanner(service);
await house.sql(`UPDATE spoor.scanner SET revoked_at = now() WHERE id = '${revoked.id}'`);
bearers['revoked scanner'] = revoked.token;
const tokens = {};
for (const role of roles) tokens[role] = (await (await people[role].get('/sign-in')).text(), await formToken(people[role]));

/** The session's form token, from whichever page of its own has a form. */
async function formToken(client) {
  for (const path of ['/bench', '/audit', '/accounts', '/nothing-here']) {
    const token = await client.token(path);
    if (token) return token;
  }
  throw new Error('no page of this role has a form');
}

// What stands in the braces: something that exists.
const code = demo.sticker.split('/d/')[1].replace('-', '');
const device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code}'`);
const event = await house.sql(`SELECT event_id FROM spoor.event WHERE device_id = '${device}' ORDER BY seq DESC LIMIT 1`);
const number = await house.sql(`SELECT number FROM spoor.repair WHERE device_id = '${device}'`);
const batch = await house.sql('SELECT name FROM spoor.label_batch');
const existing = { '{code}': code, '{link}': demo.link.split('/t/')[1], '{number}': number, '{batch}': batch, '{name}': 'app.css', '{tile*}': '0/000' };
const idOf = (path) => (path.includes('/events/{id}') ? event : device);
const filled = (path, ids = {}) => path.replace(/\{[a-z*]+\}/g, (word) => ids[word] ?? existing[word] ?? idOf(path));

const mayEnter = ({ may }, role) => may.includes('anyone') || may.includes('this machine') || may.includes(role);
const keep = (status) => status !== 401 && status !== 403;
const withoutRequest = (text) => text.replace(/\b[0-9a-f]{16}\b/g, '…').replace(/value="[^"]{20,}"/g, 'value="…"');

function asked(route, role, path, more = {}) {
  if (route.door === 'page') return people[role].send(path, more);
  const bearer = bearers[role] && { authorization: `Bearer ${bearers[role]}` };
  return fetch(service.url + path, { redirect: 'manual', ...more, headers: { ...bearer, ...more.headers } });
}
const rolesOf = (route) => (route.door === 'page' ? Object.keys(people) : Object.keys(bearers));

const isAway = (answer) => answer.status === 303 && answer.headers.get('location') === '/sign-in';

for (const route of routes.filter(({ method }) => method === 'GET'))
  test(`A-03: GET ${route.path} is for ${route.may.join(', ')} and nobody else`, async () => {
    for (const role of rolesOf(route)) {
      const answer = await asked(route, role, filled(route.path));
      const isHome = ['/', '/sign-in'].includes(route.path);
      const entered = keep(answer.status) && (isHome || !isAway(answer));
      assert.equal(entered, mayEnter(route, role), `${role}: ${answer.status}`);
      await answer.arrayBuffer();
    }
  });

// A form with one field too many: who may gets 400 and the field's name, who may not gets 403; neither changes anything.
const surplus = ['role', 'actor', 'recorded_at', 'seq', 'is_admin'];
const fieldOf = (route) => surplus.find((name) => !(route.path === '/accounts' && name === 'role'));
const posts = routes.filter(({ method }) => method === 'POST');

function sentForm(route, role, fields, headers = {}) {
  return people[role].post(filled(route.path), fields, headers);
}

function sentJson(route, role, body) {
  return asked(route, role, filled(route.path), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function sentTooMuch(route, role) {
  const events = [{ event_id: randomUUID(), code, kind: 'note', [surplus[1]]: 'x' }];
  if (route.door === 'api') return sentJson(route, role, route.path === '/api/v1/events' ? { events } : { code: 'ABCDEFGHJKMN', role: 'admin' });
  return sentForm(route, role, { ...(tokens[role] && { token: tokens[role] }), login: 'only-editor', [fieldOf(route)]: 'admin' });
}

for (const route of posts)
  test(`A-03, A-04: POST ${route.path} takes no field that is not its own, from ${route.may.join(', ')}, and nothing from others`, async () => {
    const counts = await house.counts();
    for (const role of rolesOf(route)) {
      const answer = await sentTooMuch(route, role);
      const text = await answer.text();
      const isGone = route.path === '/setup'; // there is an administrator already
      const want = isGone ? 404 : mayEnter(route, role) ? 400 : role === 'nobody' ? 401 : 403;
      assert.equal(answer.status, want, `${role}: ${text.slice(0, 600)}`);
      if (want === 400) assert.match(text, /is not one of this form|is not known here/, `${role}: ${text.slice(0, 600)}`);
    }
    assert.equal(await house.counts(), counts);
  });

for (const route of routes.filter(({ method, path }) => method === 'GET' && path !== '/api/v1/events'))
  test(`B34: GET ${route.path} takes no parameter that is not its own`, async () => {
    for (const role of rolesOf(route).filter((name) => mayEnter(route, name)))
      for (const name of ['actor', 'role', 'recorded_at']) {
        const answer = await asked(route, role, `${filled(route.path)}?${name}=admin`);
        assert.equal(answer.status, route.path === '/setup' ? 404 : 400, `${role} ${name}: ${answer.status}`);
      }
  });

const pagePosts = posts.filter(({ door, path }) => door === 'page' && path !== '/sign-in' && path !== '/setup');
for (const route of pagePosts)
  test(`C-01, 58: POST ${route.path} needs this session's own token and a page of this site`, async () => {
    const counts = await house.counts();
    const role = roles.find((name) => mayEnter(route, name) && route.path !== '/sign-out') ?? 'editor';
    const other = roles.find((name) => name !== role);
    const mine = tokens[role];
    const refused = async (fields, headers, what) => {
      const answer = await sentForm(route, role, fields, headers);
      assert.equal(answer.status, 403, `${what}: ${(await answer.text()).slice(0, 400)}`);
    };
    for (const [what, token] of [['another session', tokens[other]], ['a cut one', mine.slice(0, -1)], ['one byte more', `${mine}0`], ['an empty one', '']])
      await refused({ token }, {}, what);
    await refused({}, {}, 'none');
    for (const site of ['cross-site', 'same-site', 'none']) await refused({ token: mine }, { 'sec-fetch-site': site }, site);
    const raw = async (origin) => {
      const body = new URLSearchParams({ token: mine }).toString();
      const answer = await rawPost(filled(route.path), body, { cookie: people[role].cookie, ...(origin && { origin }) });
      assert.equal(answer.status, 403, `origin ${origin}`);
    };
    for (const origin of [undefined, 'null', 'http://evil.example', `https://localhost:${service.port}`, `http://localhost:${service.port + 1}`]) await raw(origin);
    assert.equal(await house.counts(), counts);
  });

/** fetch() adds Sec-Fetch-Site by itself, so bytes go out here. */
async function rawPost(path, body, headers) {
  const { exchange, request } = await import('./wire.mjs');
  const { answers } = await exchange(service.port, request('POST', path, {
    host: `localhost:${service.port}`, body, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  }));
  return answers[0];
}

test('58: a sign-in form from another site is refused', async () => {
  const good = 'login=samira&password=x';
  assert.equal((await rawPost('/sign-in', good, { 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await rawPost('/sign-in', good, { origin: 'http://evil.example' })).status, 403);
  assert.equal((await rawPost('/sign-in', good, {})).status, 403);
});

// One answer for what is not there, whatever it looks like.
const absent = {
  '{id}': [randomUUID(), event, device, '1', '-1', 'x', '0'.repeat(32), "1' OR '1'='1"],
  '{code}': ['00000-00168', '7K3M9QXFDT', '1', 'x', "1'--"], '{link}': ['0'.repeat(26), 'Z'.repeat(26), 'x', demo.link.split('/t/')[1].replace(/.$/, (c) => (c === '0' ? '1' : '0'))],
  '{number}': ['R-2026-999999', '1', 'x'], '{batch}': ['nothing', 'x1'], '{name}': ['nothing.css', 'app.css.gz', '..app.css'], '{tile*}': ['0/999', '1/000', '0/998'],
};
for (const route of routes.filter(({ path }) => path.includes('{')))
  test(`A-01, 68: ${route.method} ${route.path} answers the same for everything that is not there`, async () => {
    const word = route.path.match(/\{[a-z*]+\}/)[0];
    const here = idOf(route.path);
    const role = rolesOf(route).find((name) => mayEnter(route, name));
    const answers = new Set();
    for (const id of absent[word].filter((value) => value !== here)) {
      const path = filled(route.path, { [word]: id.split('/').map(encodeURIComponent).join('/') });
      const answer = route.method === 'GET' ? await asked(route, role, path) : await people[role].post(path, { token: tokens[role] });
      const text = await answer.text();
      assert.equal(answer.status, 404, `${id}: ${answer.status} ${text.slice(0, 400)}`);
      answers.add(withoutRequest(text.replace(`'${id}'`, '…').replace(`&#39;${id}&#39;`, '…')));
    }
    assert.equal(answers.size, 1, [...answers].map((text) => text.slice(-700)).join('\n---\n'));
  });

test('A-02: what stands in a code is only ever a code', async () => {
  const role = { door: 'api' };
  for (const text of ['{"part":1}', '[1]', '1', 'https://evil.example/D/', 'null', '*', '%']) {
    const answer = await asked(role, 'technician', `/api/v1/devices/${encodeURIComponent(text).replaceAll('%2F', '-').replaceAll('%25', '%2525')}`);
    assert.equal(answer.status, 404, text);
  }
});

test('a GET changes nothing, whoever asks', async () => {
  const counts = await house.counts();
  for (const route of routes.filter(({ method }) => method === 'GET'))
    for (const role of rolesOf(route)) await (await asked(route, role, filled(route.path))).arrayBuffer();
  assert.equal(await house.counts(), counts);
});

test('a scanner that was enrolled before scans were signed is told to enrol again, and records nothing', async () => {
  const scanner = await enrolScanner(service);
  await house.sql(`UPDATE spoor.scanner SET sign_key = NULL WHERE id = '${scanner.id}'`);
  const counts = await house.counts();
  const events = [{ event_id: randomUUID(), code, kind: 'note', scanner_seq: 1 }];
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${scanner.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ events }) });
  assert.equal(answer.status, 403);
  assert.match((await answer.json()).detail, /enrol it again with a new code/);
  assert.equal(await house.counts(), counts);
});
