// Several instances on one database, what they keep in memory, and a database that cannot commit.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { greeting, startSpoord, waitFor } from '../support/spoord.mjs';

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let one, other, token, link, code;

/** Runs psql as the superuser; gives its output, or with `hold` the child that keeps its transaction open. */
function psql(sql, { hold = false } = {}) {
  const child = spawn('psql', ['-qXAt', '-h', join(one.state, 'state/run'), '-U', 'postgres', '-d', 'spoor'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  child.stdin.write(`${sql};\n`);
  if (hold) return waitFor('psql', () => out.includes('held')).then(() => ({ end: () => new Promise((done) => child.on('exit', done).stdin.end()) }));
  child.stdin.end();
  return new Promise((done) => child.on('close', () => done(out.trim())));
}

async function post(service, more = {}) {
  const event = { event_id: randomUUID(), code, kind: 'moved', ...more };
  const answer = await fetch(`${service.url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: [event] }),
  });
  return { id: event.event_id, status: answer.status, retry: answer.headers.get('retry-after'), body: await answer.json() };
}

const read = async (service) => {
  const answer = await fetch(`${service.url}/api/v1/devices/${code}`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
};

async function page(service, headers = {}) {
  const answer = await fetch(service.url + link, { headers });
  return { status: answer.status, etag: answer.headers.get('etag'), text: await answer.text() };
}

before(async () => {
  one = await startSpoord({ env: { SPOOR_WORKERS: '12', SPOOR_STATEMENT_TIMEOUT_MS: '900', SPOOR_SESSION_WAIT_MS: '900' } });
  other = await startSpoord({ demo: false, state: one.state, env: { SPOOR_DATABASE: `host=${join(one.state, 'state/run')} dbname=spoor user=spoor_login`, SPOOR_SEAL: '0' } });
  link = new URL(greeting(one.output()).link).pathname;
  token = (await one.run('token', 'add', 'bench', '--role', 'technician')).out.match(/\S{40,}/)[0];
  code = await psql("SELECT l.code FROM spoor.label l JOIN spoor.repair r USING (device_id) WHERE r.link_hash IS NOT NULL AND r.returned_at IS NULL LIMIT 1");
  assert.match(code, /^\S{10}$/);
});
after(async () => {
  await other?.stop();
  await one?.stop();
});

// The device behind the link, whichever the demo chose.
const tracked = () => psql(`SELECT l.code FROM spoor.label l JOIN spoor.repair r USING (device_id) JOIN spoor.device d ON d.id = r.device_id
  WHERE r.number = '${trackedNumber}' LIMIT 1`);
let trackedNumber;

test('an unchanged tracking page is answered without asking the database, and changes with its device and language', async () => {
  const first = await page(one);
  trackedNumber = first.text.match(/R-\d{4}-\d+/)[0];
  const label = await tracked();
  assert.equal(first.status, 200);
  assert.match(first.etag, /^"\w+"$/);
  // With all sessions stopped but the one that listens, only memory can answer.
  const sessions = (await psql("SELECT pid FROM pg_stat_activity WHERE usename = 'spoor_login' AND query NOT LIKE '%changed_since%'")).split('\n').map(Number);
  await waitFor('an answer from memory', async () => {
    await page(one);
    sessions.forEach((pid) => process.kill(pid, 'SIGSTOP'));
    try {
      const answer = await fetch(one.url + link, { headers: { 'if-none-match': first.etag }, signal: AbortSignal.timeout(1000) });
      return answer.status === 304;
    } catch {
      return false; // nobody vouched at that moment: it was asked
    } finally {
      sessions.forEach((pid) => process.kill(pid, 'SIGCONT'));
    }
  }, 60);
  const dutch = await fetch(`${one.url}${link}?lang=nl`, { headers: { 'if-none-match': first.etag } });
  assert.equal(dutch.status, 200, 'another language is another page');
  assert.notEqual(dutch.headers.get('etag'), first.etag);
  const note = `Nothing is loose any more ${randomUUID()}`;
  assert.equal((await post(one, { code: label, kind: 'note', public_note: note })).body.outcomes[0].outcome, 'recorded');
  const next = await page(one, { 'if-none-match': first.etag });
  assert.equal(next.status, 200, 'who recorded it sees it at once');
  assert.ok(next.text.includes(note));
});

test('a page that another instance changed is shown anew, also when its notifications no longer come', async () => {
  const label = await tracked();
  const see = async (note) => (await page(one)).text.includes(note);
  const write = async (note) => assert.equal((await post(other, { code: label, kind: 'note', public_note: note })).status, 200);
  await page(one);
  const heard = `Heard ${randomUUID()}`;
  await write(heard);
  await waitFor('the news of another instance', () => see(heard), 10);

  const [pid] = (await psql("SELECT pid FROM pg_stat_activity WHERE query LIKE '%FROM spoor.changed_since(%' AND usename = 'spoor_login' ORDER BY backend_start LIMIT 1")).split('\n');
  process.kill(Number(pid), 'SIGSTOP'); // the connection stays, and says nothing any more
  try {
    const silent = `Silent ${randomUUID()}`;
    await write(silent);
    await pause(1000); // never older than a second
    assert.ok(await see(silent));
  } finally {
    process.kill(Number(pid), 'SIGCONT');
  }
});

test('a page changes when a row is changed by hand, and a link that was replaced is dead', async () => {
  const before = await page(one);
  await psql(`UPDATE spoor.device SET model = 'Changed by hand' WHERE id = (SELECT device_id FROM spoor.repair WHERE number = '${trackedNumber}')`);
  await waitFor('the new model', async () => (await page(one, { 'if-none-match': before.etag })).text.includes('Changed by hand'), 10);
  const hash = await psql(`SELECT link_hash FROM spoor.repair WHERE number = '${trackedNumber}'`);
  await psql(`UPDATE spoor.repair SET link_hash = sha256('another') WHERE number = '${trackedNumber}'`);
  await waitFor('the end of the link', async () => (await page(one, { 'if-none-match': before.etag })).status === 404, 10);
  await psql(`UPDATE spoor.repair SET link_hash = '${hash}' WHERE number = '${trackedNumber}'`);
});

test('a token that was revoked is refused by every instance', async () => {
  const { out } = await one.run('token', 'add', 'leaving', '--role', 'technician');
  const leaving = out.match(/\S{40,}/)[0];
  const status = async (service) => (await fetch(`${service.url}/api/v1/devices/${code}`, { headers: { authorization: `Bearer ${leaving}` } })).status;
  assert.deepEqual([await status(one), await status(other)], [200, 200]);
  await psql("UPDATE spoor.api_token SET revoked_at = now() WHERE id = (SELECT id FROM spoor.actor WHERE name = 'leaving')");
  for (const service of [one, other]) await waitFor('the refusal', async () => (await status(service)) === 401, 10);
});

test('two instances under load leave no gap, and each event that was acknowledged is there once', async () => {
  const turns = Array.from({ length: 16 }, (_, n) => n);
  const answers = (await Promise.all(turns.map(async (n) => {
    const mine = [];
    for (let i = 0; i < 15; i++) mine.push(await post(n % 2 ? one : other));
    return mine;
  }))).flat();
  const recorded = answers.filter(({ status, body }) => status === 200 && body.outcomes[0].outcome === 'recorded');
  for (const { status } of answers) assert.ok(status === 200 || status === 503);
  assert.ok(recorded.length > 100, `${recorded.length} recorded`);
  const seqs = new Set(recorded.map(({ body }) => body.outcomes[0].seq));
  assert.equal(seqs.size, recorded.length);
  const ids = recorded.map(({ id }) => `'${id}'`).join(',');
  assert.equal(await psql(`SELECT count(*) FROM spoor.event WHERE event_id IN (${ids})`), String(recorded.length));
  assert.equal(await psql('SELECT count(*) = max(seq) + 1 AND min(seq) = 0 FROM (SELECT seq FROM spoor.event UNION ALL SELECT seq FROM spoor.notice) s'), 't');
  assert.equal(await psql('SELECT count(*) FROM (SELECT recorded_at < lag(recorded_at) OVER (ORDER BY seq) AS back FROM spoor.event) s WHERE back'), '0');
});

/** Many writes while none can be committed: each is answered 503, and meanwhile the reads go on. */
async function writesWait() {
  const writes = Array.from({ length: 30 }, () => post(one));
  let open = writes.length;
  for (const write of writes) write.finally(() => open--);
  let reads = 0;
  while (open > 0) {
    assert.equal(await read(one), 200);
    assert.equal((await page(one)).status, 200);
    reads++;
  }
  const answers = await Promise.all(writes);
  for (const { status, retry } of answers) {
    assert.equal(status, 503);
    assert.match(retry, /^\d+$/);
  }
  assert.ok(reads > 0);
  return answers;
}

test('reads go on while somebody holds the ledger, and the writes are answered 503', async () => {
  const holder = await psql("BEGIN; SELECT 'held' FROM spoor.ledger_head FOR UPDATE", { hold: true });
  const answers = await writesWait();
  await holder.end();
  await waitFor('writes', async () => (await post(one)).status === 200);
  for (const { id } of answers.slice(0, 5)) assert.match((await post(one, { event_id: id })).body.outcomes[0].outcome, /^(recorded|replayed)$/);
});

test('reads go on while no standby confirms, and what was answered 503 can be sent again', async () => {
  await psql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  await psql('SELECT pg_reload_conf()');
  await waitFor('the setting', async () => (await psql('SHOW synchronous_standby_names')) === 'nobody');
  let answers;
  try {
    answers = await writesWait();
  } finally {
    await psql('ALTER SYSTEM RESET synchronous_standby_names');
    await psql('SELECT pg_reload_conf()');
  }
  await waitFor('writes', async () => (await post(one)).status === 200);
  for (const { id } of answers) {
    const again = await post(one, { event_id: id });
    assert.match(again.body.outcomes[0].outcome, /^(recorded|replayed)$/);
  }
  const ids = answers.map(({ id }) => `'${id}'`).join(',');
  assert.equal(await psql(`SELECT count(*) FROM spoor.event WHERE event_id IN (${ids})`), String(answers.length));
});
