// Plans must not depend on luck: whatever the statistics say, or when there are none, what runs most often finds its rows by
// index. auto_explain writes down each plan that the service's own sessions really use, those inside functions and of
// foreign keys too. EVENTS=100000: the larger ledger; LOADED=folder: a cluster of tests/support/postgres.sh
// that has them, and keeps its service's state beside it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Client, run, startSpoord, waitFor } from '../support/spoord.mjs';

const call = promisify(execFile);
const EVENTS = Number(process.env.EVENTS || 100_000);

// Tables that grow. The others hold a few rows of vocabulary, one, or one for each sender.
const growing = ['event', 'opening', 'ledger_entry', 'custody', 'device', 'label', 'alias', 'delivery', 'repair', 'party', 'tile', 'checkpoint', 'notice', 'review'];
// Indexes that hold only what a list is about: whoever passes over rows of these reads little.
const bounded = ['repair_open', 'custody_by_step', 'custody_by_step_since', 'review_waiting', 'event_contradicting', 'notice_incidents'];

async function loaded(events) {
  const own = !(process.env.LOADED && events === EVENTS);
  const folder = mkdtempSync(join(tmpdir(), 'spoor-plans-'));
  chmodSync(folder, 0o755);
  const cluster = own ? join(folder, 'db') : process.env.LOADED;
  const conninfo = `host=${cluster} dbname=spoor user=spoor_login`;
  const psql = async (...statements) => (await call('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-h', cluster, '-U', 'postgres', '-d', 'spoor', ...statements.flatMap((sql) => ['-c', sql])])).stdout.trim();
  const stop = async () => {
    if (own) await call('sh', ['tests/support/postgres.sh', 'stop', cluster]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (own) {
      await call('sh', ['tests/support/postgres.sh', 'start', cluster], { env: { ...process.env, BUILD: process.env.BUILD ?? 'build/release' } });
      await psql('ALTER SYSTEM SET autovacuum = off', 'SELECT pg_reload_conf()'); // statistics come when the test says so
      await run(['label', 'mint', '--count', '1000', '--batch', 'loaded'], { SPOOR_DATABASE: conninfo, SPOOR_STATE: join(folder, 'mint') });
      await call('sh', ['tests/bench/load_events.sh', conninfo, String(events)]);
    }
    await psql("LOAD 'auto_explain'", "ALTER SYSTEM SET session_preload_libraries = 'auto_explain'", 'ALTER SYSTEM SET auto_explain.log_min_duration = 0',
      'ALTER SYSTEM SET auto_explain.log_nested_statements = on', "ALTER SYSTEM SET auto_explain.log_format = 'json'",
      "ALTER SYSTEM SET log_line_prefix = '%a '", 'SELECT pg_reload_conf()');
    const state = own ? folder : `${cluster}-service`; // beside a cluster that is kept: what was sealed is sealed with the key in it
    mkdirSync(state, { recursive: true });
    return { conninfo, psql, stop, log: join(cluster, 'pg.log'), state };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The plans that the service's sessions wrote from this place of the log on. */
function plansSince(log, from) {
  const plans = [];
  let json = null;
  for (const line of readFileSync(log).subarray(from).toString('utf8').split('\n')) {
    if (json && line.startsWith('\t')) json.push(line.slice(1));
    else {
      if (json) plans.push(JSON.parse(json.join('\n')));
      json = /^spoord LOG: {2}duration: .* plan:$/.test(line) ? [] : null;
    }
  }
  return plans;
}

/** By the name of an index: what it is ordered by first. */
async function leadingColumns(psql) {
  const rows = await psql(`SELECT i.indexrelid::regclass::text || '|' || pg_get_indexdef(i.indexrelid, 1, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'spoor'::regnamespace`);
  return new Map(rows.split('\n').map((row) => row.replace(/^spoor\./, '').split('|')));
}

/** Whether the condition says where in the index to begin: what says nothing of its first column reads it whole. */
const isBound = (node, leading) => node['Index Cond'].includes(leading.get(node['Index Name']).replace(/^\(|\)$/g, ''));

/** What reads a table that grows from one end to the other. A few rows in an index's order are not that, unless rows are passed over on the way. */
function* scans(node, leading, limited = false) {
  const index = node['Index Name'];
  if (index && node['Index Cond'] && leading.has(index) && !isBound(node, leading)) yield `all of ${index} for ${node['Index Cond']}`;
  const table = node['Relation Name'];
  const inOrder = /Index/.test(node['Node Type']) && !node['Index Cond'] && node['Node Type'] !== 'Bitmap Index Scan';
  const whole = node['Node Type'] === 'Seq Scan' || (inOrder && (!limited || node.Filter) && !bounded.includes(node['Index Name']));
  if (table && growing.includes(table) && whole) yield `${node['Node Type']} on ${table}${node['Index Name'] ? ` by ${node['Index Name']}` : ''}`;
  const passes = ['Limit', 'LockRows', 'Nested Loop', 'Subquery Scan', 'Result', 'Index Scan', 'Index Only Scan'].includes(node['Node Type']);
  for (const child of node.Plans ?? []) yield* scans(child, leading, node['Node Type'] === 'Limit' || (limited && passes));
}

async function visitor(service, conninfo) {
  const lead = `lead-${randomUUID().slice(0, 8)}`; // a cluster that is kept has those of the run before
  const password = (await service.run('account', 'add', lead, '--role', 'lead')).out.match(/\S+\s*$/)[0].trim();
  const token = (await service.run('token', 'add', `${lead}-desk`, '--role', 'technician')).out.match(/\S{40,}/)[0];
  const audit = (await service.run('token', 'add', `${lead}-audit`, '--role', 'auditor')).out.match(/\S{40,}/)[0];
  const person = await new Client(service.url).signIn(lead, password);
  return { person, token, audit, conninfo };
}

async function post(service, { token }, events) {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ events }) });
  const { outcomes } = await answer.json();
  assert.equal(answer.status, 200);
  return outcomes;
}

/** Reads a long stream until it has asked for many pages: those count, not its end. */
async function beginning(path, asked) {
  const answer = await asked;
  assert.equal(answer.status, 200, path);
  let bytes = 0;
  for await (const piece of answer.body) if ((bytes += piece.length) > 4_000_000) break; // some 20 pages
  assert.ok(bytes > 1000);
}

/** All that the issue of speed depends on, often enough for prepared statements to settle on a plan. */
async function visit(service, visitor, codes) {
  const get = async (path, token) => {
    const answer = await (token ? fetch(service.url + path, { headers: { authorization: `Bearer ${token}` } }) : visitor.person.get(path));
    const text = await answer.text();
    assert.equal(answer.status, 200, `${path}: ${text.slice(0, 300)}`);
    return text;
  };
  const form = await visitor.person.token('/intake');
  const receipt = await (await visitor.person.post('/intake', { token: form, event_id: randomUUID(), device_id: '', make: 'Acer', model: 'Swift', serial: randomUUID(), asset_tag: '', label: '', owner_name: 'Jo Owner', owner_email: '', problem: 'No picture', condition: '', accessories: '', expected_on: '' })).text();
  const link = receipt.match(/http:[^<"]*(\/t\/[0-9A-Z]{26})/)[1];
  const device = receipt.match(/\/bench\?device=([0-9a-f-]{36})/)[1];
  await beginning('evidence', visitor.person.get(`/audit/devices/${visitor.sealed}/evidence`)); // once: with the entries of all devices
  for (let turn = 0; turn < 8; turn++) {
    const code = codes[turn % codes.length];
    const event = (more) => ({ event_id: randomUUID(), code, kind: 'moved', ...more });
    const note = event({ kind: 'note', public_note: 'Looked at', private_note: 'Twice' });
    await post(service, visitor, [note]);
    assert.equal((await post(service, visitor, [{ ...note, public_note: `Looked ${turn}` }]))[0].outcome, 'conflict');
    await post(service, visitor, [note, event({ kind: 'step', step: 'repair' }), event({ code: 'LOADED-1' }), event({ code: `NEW-${randomUUID()}` }),
      event({ kind: 'corrected', corrects: note.event_id, detail: { correction: 'did_not_occur' } }),
      event({ happened_at: new Date(Date.now() - 86_400_000).toISOString() }), ...Array.from({ length: 20 }, (_, n) => event({ code: codes[n % codes.length] }))]);
    await get(`/api/v1/devices/${code}`, visitor.token);
    await get('/api/v1/devices/LOADED-1', visitor.token);
    await get(`/api/v1/devices/${code}/events?before=15`, visitor.token);
    await beginning('/api/v1/events', fetch(`${service.url}/api/v1/events?since=40`, { headers: { authorization: `Bearer ${visitor.audit}` } }));
    await beginning('/audit/csv', visitor.person.get('/audit/csv'));
    for (const part of ['csv', 'json']) await get(`/audit/devices/${device}/${part}`);
    for (const part of ['csv', 'json']) await get(`/devices/${device}/${part}`);
    assert.equal((await visitor.person.post('/bench/record', { token: form, event_id: randomUUID(), device_id: device, kind: 'note', public_note: `Note ${turn}` })).status, 303);
    await get(link);
    assert.equal((await visitor.person.get(`/bench?code=${link}`)).status, 303);
    assert.equal((await fetch(`${service.url}/d/${code}`)).status, 200);
    for (const page of [`/bench?code=${encodeURIComponent('Jo Ow')}`, '/devices?q=LOADED-1', `/devices?q=${code}`, '/devices?q=nobody', '/audit', `/audit/devices/${device}`, '/bench', '/devices', '/devices?sort=step', `/devices/${device}`, '/exceptions', '/labels']) await get(page);
  }
}

// What must have been among the plans, or the test looked at nothing.
const expected = ['INSERT INTO spoor.event', 'INSERT INTO spoor.opening', 'INSERT INTO spoor.custody', 'INSERT INTO spoor.delivery', 'FROM spoor.review_count', 'INSERT INTO spoor.review ', 'INSERT INTO spoor.review_count', 'AS takes', 'the device with its\n-- events in one answer',
  'WHERE r.link_hash = hash', 'FOR KEY SHARE', 'FROM spoor.sealable v WHERE v.seq >=', 'INSERT INTO spoor.ledger_entry'];

function judge(plans, leading) {
  const found = new Map();
  for (const { 'Query Text': text, Plan: plan } of plans)
    for (const scan of scans(plan, leading)) found.set(`${scan}: ${text.replace(/\s+/g, ' ').slice(0, 300)}`, true);
  for (const text of expected) assert.ok(plans.some((plan) => plan['Query Text'].includes(text)), `no plan of ${text}`);
  assert.deepEqual([...found.keys()], []);
}

for (const [size, events] of [['a small ledger', 70], [`a ledger of ${EVENTS} events`, EVENTS]]) {
  test(`on ${size}, rows are found by index only, before ANALYZE and after`, async (context) => {
    const database = await loaded(events);
    let service;
    try {
      service = await startSpoord({ demo: false, state: database.state, env: { SPOOR_DATABASE: database.conninfo, SPOOR_LOG_NAME: 'plans/spoor' } });
      const who = await visitor(service, database.conninfo);
      who.sealed = await database.psql("SELECT device_id FROM spoor.event WHERE seq = 1"); // soon: the sealer begins there
      await waitFor('the first seal', async () => (await fetch(`${service.url}/log/checkpoint`)).ok, 60);
      const leading = await leadingColumns(database.psql);
      const codes = (await database.psql('SELECT code FROM bench.code ORDER BY n LIMIT 5')).split('\n');
      for (const phase of ['before ANALYZE', 'after ANALYZE']) {
        if (phase.startsWith('after')) await database.psql('ANALYZE');
        const from = statSync(database.log).size;
        await visit(service, who, codes);
        await waitFor('the sealer', () => plansSince(database.log, from).some((plan) => plan['Query Text'].includes('INSERT INTO spoor.ledger_entry')), 60);
        await context.test(phase, () => judge(plansSince(database.log, from), leading));
      }
    } finally {
      if (service) await service.stop();
      await database.stop();
    }
  });
}
