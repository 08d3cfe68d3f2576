// List D of bad input: who somebody is, and what happens to those who guess.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client, setCookies } from '../support/spoord.mjs';
import { exchange, request } from './wire.mjs';

const house = await startHouse();
const { service, demo } = house;
const spoord = (...args) => service.run(...args);
after(() => house.stop());

const host = `localhost:${service.port}`;
const newAccount = async (login, role) => (await spoord('account', 'add', login, '--role', role)).out.match(/\S+\s*$/)[0].trim();
const withCookie = async (cookie, path = '/account') => (await exchange(service.port, request('GET', path, { host, headers: cookie === null ? {} : { Cookie: cookie } }))).answers[0];
const isIn = (answer) => answer.status === 200;
const forget = () => house.sql('DELETE FROM spoor.sign_in_failure');

/** A browser: keeps each cookie by its name. */
class Browser extends Client {
  jar = new Map();
  async send(path, { headers = {}, ...rest } = {}) {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(this.url + path, { redirect: 'manual', ...rest, headers: { ...(cookie && { cookie }), ...headers } });
    for (const line of setCookies(answer)) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (value) this.jar.set(name, value);
      else this.jar.delete(name);
    }
    return answer;
  }
}
const browser = async (login, password) => new Browser(service.url).signIn(login, password);
const page = async (client, path = '/account') => (await client.get(path)).text();
const field = async (client) => client.token('/account');

test('55: only a whole cookie of a session that lives opens the door', async () => {
  const noor = await browser('noor', demo.accounts.noor);
  const sid = noor.jar.get('sid');
  assert.ok(isIn(await withCookie(`sid=${sid}`)));
  const other = sid.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  for (const cookie of [null, '', 'sid=', `sid=${sid.slice(1)}`, `sid=${sid}0`, `sid="${sid}"`, `sid=${sid}; sid=${sid}`, `sid=${other}`, `SID=${sid}`, `sid=${sid.toLowerCase()}`, `__Host-sid=${sid}`, `sid=${sid.slice(0, 31)}`, 'sid=%00'])
    assert.equal((await withCookie(cookie)).status, 303, String(cookie));
});

test('55: a session dies with sign-out, age, idleness, its account and its password', async () => {
  const password = await newAccount('pat', 'technician');
  const ends = {
    'sign-out': async (client) => client.post('/sign-out', { token: await field(client) }),
    age: () => house.sql(`UPDATE spoor.session SET expires_at = now() - interval '1 second'`),
    idleness: () => house.sql(`UPDATE spoor.session SET seen_at = now() - interval '31 minutes'`),
    'a new password': async () => { current = (await spoord('account', 'password', 'pat')).out.match(/\S+\s*$/)[0].trim(); },
    'new roles': () => spoord('account', 'roles', 'pat', '--role', 'lead'),
    'the end of the account': () => spoord('account', 'disable', 'pat'),
  };
  let current = password;
  for (const [what, end] of Object.entries(ends)) {
    const client = await browser('pat', current);
    const cookie = `sid=${client.jar.get('sid')}`;
    assert.ok(isIn(await withCookie(cookie)), what);
    await end(client);
    assert.equal((await withCookie(cookie)).status, 303, what);
  }
});

test('56: whoever signs in gets a session that nobody chose', async () => {
  const client = new Browser(service.url);
  client.jar.set('sid', '0'.repeat(52));
  await client.signIn('noor', demo.accounts.noor);
  assert.notEqual(client.jar.get('sid'), '0'.repeat(52));
  const first = client.jar.get('sid');
  client.jar.delete('sid');
  await client.signIn('noor', demo.accounts.noor);
  assert.notEqual(client.jar.get('sid'), first);
});

test('57: a cookie has exactly the attributes that it needs', async () => {
  const answer = await new Client(service.url).post('/sign-in', { login: 'noor', password: demo.accounts.noor });
  const [session, known] = setCookies(answer);
  assert.match(session, /^sid=[0-9A-HJKMNP-TV-Z]{52}; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.match(known, /^known=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=15552000$/);
});

test('59: a name and a password are exactly what was chosen', async () => {
  await forget();
  const good = demo.accounts.noor;
  const tries = [['noor', ''], ['noor', ` ${good}`], ['noor', `${good} `], ['noor', good.toLowerCase()], ['noor', good.slice(0, -1)], ['noor', `${good}${'x'.repeat(1024)}`], ["noor'--", good], ['nóor', good]];
  for (const [login, password] of tries) {
    await forget();
    assert.equal((await new Client(service.url).post('/sign-in', { login, password })).status, 401, `${login} ${password}`);
  }
  assert.equal((await new Client(service.url).post('/sign-in', { login: 'noor\0', password: good })).status, 400);
  assert.equal((await new Client(service.url).post('/sign-in', { login: 'noor', password: 'x'.repeat(1 << 20) }).catch(() => ({ status: 413 }))).status, 413);
  assert.equal((await fetch(`${service.url}/sign-in?login=noor&password=${good}`, { redirect: 'manual' })).status, 400, 'nothing is taken from an address');
  await forget();
  const first = await newAccount('lars', 'technician');
  const same = 'a long sentence that two passwords begin with, so that a cut would not see the end ';
  const client = await browser('lars', first);
  assert.equal((await changePassword(client, first, `${same}one`)).status, 303);
  assert.equal((await new Client(service.url).post('/sign-in', { login: 'lars', password: `${same}two` })).status, 401);
  await browser('lars', `${same}one`);
});

async function changePassword(client, present, password, again = password) {
  return client.post('/account/password', { token: await field(client), present, password, again });
}

test('60: a new password is not one of the first that would be tried', async () => {
  await forget();
  const password = await newAccount('kim', 'technician');
  const client = await browser('kim', password);
  for (const bad of ['', 'short', 'passwordpassword', 'spoorspoorspoor', ' '.repeat(64), 'kimkimkimkim', 'aaaaaaaaaaaa', 'abcdefghijkl', 'x'.repeat(1025)]) {
    const answer = await changePassword(client, password, bad);
    assert.equal(answer.status, 400, bad);
    assert.match(await answer.text(), /role="alert"/, bad);
  }
  assert.equal((await changePassword(client, password, 'four words in a row', 'four words in a raw')).status, 400);
  assert.equal((await changePassword(client, 'wrong', 'four words in a row')).status, 400);
  await forget();
  assert.equal((await changePassword(client, password, 'x'.repeat(500) + 'fine and long')).status, 303, 'no upper bound that people meet');
});

test('a new password signs out everywhere else, and the old one is dead', async () => {
  await forget();
  const password = await newAccount('lee', 'technician');
  const here = await browser('lee', password);
  const there = await browser('lee', password);
  const first = here.jar.get('sid');
  assert.equal((await changePassword(here, password, 'seven green bottles')).status, 303);
  assert.notEqual(here.jar.get('sid'), first, 'a new session');
  assert.equal((await here.get('/account')).status, 200);
  assert.equal((await there.get('/account')).status, 303);
  assert.equal((await withCookie(`sid=${first}`)).status, 303);
  assert.equal((await new Client(service.url).post('/sign-in', { login: 'lee', password })).status, 401);
  await browser('lee', 'seven green bottles');
});

test('a sign-in that is on the way with the old password while it is changed comes too late', async () => {
  const password = await newAccount('mia', 'technician');
  for (const wait of [20, 60, 120, 200]) {
    await forget();
    const answers = Array.from({ length: 5 }, () => new Client(service.url).post('/sign-in', { login: 'mia', password }));
    await new Promise((done) => setTimeout(done, wait));
    await house.sql("SELECT spoor.set_password('mia', (SELECT password_hash || 'x' FROM spoor.credential JOIN spoor.account USING (account_id) WHERE login = 'mia'), NULL)".replace('USING (account_id)', 'ON account.id = account_id'));
    const found = (await Promise.all(answers)).map(({ status }) => status);
    assert.ok(found.every((status) => [303, 401].includes(status)), found.join());
    assert.equal(await house.sql("SELECT count(*) FROM spoor.session s JOIN spoor.account a ON a.id = s.account_id WHERE a.login = 'mia'"), '0', `after ${wait} ms: ${found}`);
    await house.sql("UPDATE spoor.credential SET password_hash = rtrim(password_hash, 'x') WHERE account_id = (SELECT id FROM spoor.account WHERE login = 'mia')");
  }
});

test('people see where they are signed in and end what is not theirs', async () => {
  const password = await newAccount('ray', 'auditor');
  const [here, there, elsewhere] = [await browser('ray', password), await browser('ray', password), await browser('ray', password)];
  const html = await page(here);
  assert.equal([...html.matchAll(/name="id" value="/g)].length, 2);
  const stranger = await browser('noor', demo.accounts.noor);
  const id = html.match(/name="id" value="([^"]+)"/)[1];
  assert.equal((await stranger.post('/account/sessions', { token: await field(stranger), id })).status, 404, 'others cannot end it');
  assert.equal((await here.post('/account/sessions', { token: await field(here), id })).status, 303);
  assert.equal([...(await page(here)).matchAll(/name="id" value="/g)].length, 1);
  assert.equal((await here.post('/account/sessions', { token: await field(here) })).status, 303);
  assert.equal((await here.get('/account')).status, 200);
  for (const client of [there, elsewhere]) assert.equal((await client.get('/account')).status, 303);
  assert.equal((await stranger.get('/account')).status, 200, 'and nobody else is touched');
});

test('pages come in the language that their reader chose', async () => {
  const client = await browser('samira', demo.accounts.samira);
  assert.match(await page(client), /<html lang="en"/);
  assert.equal((await client.post('/account/language', { token: await field(client), language: 'xx' })).status, 400);
  assert.equal((await client.post('/account/language', { token: await field(client), language: 'nl' })).status, 303);
  assert.match(await page(client), /<html lang="nl"[\s\S]*Uw account/);
  assert.match(await page(await browser('samira', demo.accounts.samira)), /<html lang="nl"/);
});

test('61: guessing is delayed by name and by network, through form and password page, but not for whoever is known', async () => {
  await forget();
  const password = await newAccount('ida', 'technician');
  const known = await browser('ida', password);
  const guess = (login) => new Client(service.url).post('/sign-in', { login, password: 'wrong' }, { 'x-forwarded-for': `198.51.100.${Math.floor(Math.random() * 250)}` });
  let statuses = [];
  for (let n = 0; n < 5; n++) statuses.push((await guess('ida')).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 401]);
  // At once: on a slow machine the first delay may be over, but only one of them can find it so.
  const more = await Promise.all([guess('ida'), guess('ida'), guess('ida')]);
  assert.ok(more.filter(({ status }) => status === 429).length >= 2, more.map(({ status }) => status).join(' '));
  const delayed = await new Client(service.url).post('/sign-in', { login: 'ida', password });
  assert.equal(delayed.status, 429, 'the right password waits too');
  assert.ok(Number(delayed.headers.get('retry-after')) > 0);
  await known.post('/sign-out', { token: await field(known) });
  await known.signIn('ida', password);
  assert.equal((await known.get('/account')).status, 200, 'the browser that is known goes in');
  statuses = [];
  for (let n = 0; n < 7; n++) statuses.push((await changePassword(known, 'wrong', 'four words in a row')).status);
  assert.deepEqual(statuses, [400, 400, 400, 400, 400, 429, 429], 'and guesses there are counted apart');
  await forget();
  for (let n = 0; n < 20; n++) assert.equal((await guess(`name-${n}`)).status, 401);
  assert.equal((await guess('name-21')).status, 429, 'one network, many names');
  await forget();
});

test('61: a known browser is known for its own account and its present password only', async () => {
  await forget();
  const client = await browser('noor', demo.accounts.noor);
  const stranger = new Browser(service.url);
  stranger.jar.set('known', client.jar.get('known'));
  for (let n = 0; n < 5; n++) await new Client(service.url).post('/sign-in', { login: 'tom', password: 'wrong' });
  assert.equal((await stranger.post('/sign-in', { login: 'tom', password: demo.accounts.tom })).status, 429);
  await forget();
});

test('62: unknown, disabled and wrong are one answer', async () => {
  await forget();
  await newAccount('gone', 'technician');
  await spoord('account', 'disable', 'gone');
  const answers = new Set();
  for (const login of ['noor', 'gone', 'nobody']) {
    const answer = await new Client(service.url).post('/sign-in', { login, password: 'wrong password' });
    const headers = [...answer.headers].filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name));
    answers.add(JSON.stringify([answer.status, headers, (await answer.text()).replaceAll(login, '*')]));
  }
  assert.equal(answers.size, 1, [...answers].join('\n'));
  const [work, idle] = [await hashes('noor'), await hashes('nobody')];
  assert.ok(work > 0.01 && idle > 0.01 && idle > work / 4, `a password is hashed for both: ${work} and ${idle} s of processor time`);
});

/** Processor seconds that the service spends on a wrong password. */
async function hashes(login) {
  const { readFileSync } = await import('node:fs');
  const spent = () => readFileSync(`/proc/${service.process.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  await forget();
  const before = spent();
  for (let n = 0; n < 4; n++) await new Client(service.url).post('/sign-in', { login, password: 'wrong password' });
  await forget();
  return spent() - before;
}

test('63: the API takes one bearer token and never a cookie', async () => {
  const token = (await spoord('token', 'add', 'd63', '--role', 'technician')).out.trim();
  const code = demo.sticker.split('/d/')[1];
  const ask = async (headers) => (await exchange(service.port, request('GET', `/api/v1/devices/${code}`, { host, headers }))).answers[0].status;
  assert.equal(await ask({ Authorization: `Bearer ${token}` }), 200);
  for (const value of [`Basic ${btoa('noor:x')}`, 'Bearer', 'Bearer ', token, `bearer`, `Bearer  ${token}`, `Bearer ${token} `.replace(/ $/, ' x'), `Bearer ${token}x`, `Bearer ${'a'.repeat(7000)}`, 'Digest x'])
    assert.equal(await ask({ Authorization: value }), 401, value.slice(0, 40));
  assert.equal(await ask({ 'Authorization': `Bearer ${token}\r\nAuthorization: Bearer ${token}` }), 400);
  const noor = await browser('noor', demo.accounts.noor);
  assert.equal(await ask({ Cookie: `sid=${noor.jar.get('sid')}` }), 401, 'a cookie alone');
  assert.equal(await ask({ Cookie: 'sid=junk', Authorization: `Bearer ${token}` }), 200, 'a cookie beside is not looked at');
  assert.equal((await exchange(service.port, request('GET', '/account', { host, headers: { Authorization: `Bearer ${token}` } }))).answers[0].status, 303, 'nor is a token on a page');
});

test('66: the roles of the moment count, not those of when the form was opened', async () => {
  await forget();
  const password = await newAccount('uma', 'admin');
  const client = await browser('uma', password);
  const token = await client.token('/accounts');
  const counts = await house.sql('SELECT count(*) FROM spoor.account');
  await house.sql(`UPDATE spoor.account SET roles = '{technician}' WHERE login = 'uma'`);
  assert.equal((await client.post('/accounts', { token, name: 'X', login: 'x', role: 'admin' })).status, 403);
  assert.equal(await house.sql('SELECT count(*) FROM spoor.account'), counts);
});

test('67: the last administrator cannot leave, and there is no second setup', async () => {
  const admin = await browser('admin', demo.accounts.admin);
  const answer = await admin.post('/accounts/disable', { token: await admin.token('/accounts'), login: 'admin' });
  assert.equal(answer.status, 409);
  assert.equal(await house.sql(`SELECT disabled_at IS NULL FROM spoor.account WHERE login = 'admin'`), 't');
  assert.equal((await fetch(`${service.url}/setup`)).status, 404);
});

test('N-01: no secret stands in the log', () => {
  for (const secret of [...Object.values(demo.accounts), demo.link.split('/t/')[1]]) assert.ok(!service.log().includes(secret));
  assert.doesNotMatch(service.log(), /sid=|Bearer|[0-9A-HJKMNP-TV-Z]{26}/);
});
