// Whoever rules the database changes what is recorded after its sender was told, and before it is sealed: the answer is out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { closing } from '../support/patience.mjs';
import { Client, greeting, waitFor } from '../support/spoord.mjs';
import { Ledger, move, record, startPostgres } from './lab.mjs';

let postgres, ledger, token, desk, leaving, service;

before(async () => {
  postgres = startPostgres();
  ledger = new Ledger(postgres);
  service = await ledger.serve({ demo: true });
  desk = greeting(service.output()).accounts.samira;
  token = (await ledger.spoord('token', 'add', 'bench', '--role', 'technician')).out.trim();
  for (const n of [1, 2, 3]) await ledger.spoord('device', 'add', '--model', 'Fault', '--serial', `FAULT-${n}`);
  await ledger.spoord('account', 'add', 'leaving', '--role', 'technician', '--name', 'Leaving Soon');
  leaving = ledger.sql("SELECT id FROM party WHERE name = 'Leaving Soon'");
  await record(service, token, [move('FAULT-2', { kind: 'handed_over', to: leaving })]);
  await service.stop();
  assert.equal((await ledger.sealOnce()).code, 0);
  ledger.remember();
}, { timeout: 120000 });
after(() => postgres?.stop());
beforeEach(async () => (service = await ledger.serve({ env: { SPOOR_SEAL: '1' } })));
afterEach(async () => {
  await service.stop();
  ledger.reset();
});

const isSealed = () => ledger.sealedSize() === Number(ledger.sql('SELECT next_seq FROM ledger_head'));

/** While the sealer cannot see how far it is: records, then changes what was recorded. */
async function behindItsBack(events, sql) {
  await holdingIt(async () => {
    const outcomes = [];
    for (const event of events) outcomes.push(...(await record(service, token, [event])));
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), events.map(() => 'recorded'));
  }, sql);
}

async function holdingIt(recording, sql) {
  const psql = spawn('psql', ['-qXAt', '-h', join(postgres.folder, 'db'), '-U', 'postgres', '-d', ledger.name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const hasClosed = closing(psql);
  let out = '';
  psql.stdout.on('data', (text) => (out += text));
  psql.stdin.write("SET session_replication_role = replica; SET search_path = spoor, pg_catalog; BEGIN; LOCK TABLE sealing; SELECT 'held';\n");
  try {
    await waitFor('the lock', () => out.includes('held'));
    await recording();
    psql.stdin.write(`${sql}; COMMIT;\n`);
  } finally {
    psql.stdin.end();
    await hasClosed();
  }
}

const alarm = async (words) => {
  await waitFor(`an alarm about ${words}`, () => words.test(ledger.alarm()), 30);
  assert.ok(!isSealed());
};
const two = () => [move('FAULT-1'), move('FAULT-2')];
const top = '(SELECT max(seq) FROM event)';
const lastGone = `DELETE FROM opening WHERE seq = ${top}; DELETE FROM event WHERE seq = ${top}; UPDATE ledger_head SET next_seq = next_seq - 1;
  UPDATE custody c SET device_seq = v.device_seq, seq = v.seq FROM event v WHERE v.device_id = c.device_id AND v.device_seq = (SELECT max(device_seq) FROM event w WHERE w.device_id = c.device_id)`;

test('what was told is sealed, and raises no alarm', async () => {
  await behindItsBack([...two(), move('FAULT-1', { happened_at: new Date(Date.now() - 3600e3).toISOString() })], 'SELECT 1');
  await waitFor('the seal', isSealed, 30);
  assert.equal(ledger.alarm(), '');
});

test('the order of two records cannot be changed any more', async () => {
  await behindItsBack(two(), `CREATE TEMP TABLE t AS SELECT ${top} AS top; UPDATE event SET seq = -seq WHERE seq >= (SELECT top FROM t) - 1; UPDATE event SET seq = (SELECT 2 * top - 1 FROM t) + seq WHERE seq < 0;
    UPDATE opening SET seq = -seq WHERE seq >= (SELECT top FROM t) - 1; UPDATE opening SET seq = (SELECT 2 * top - 1 FROM t) + seq WHERE seq < 0`);
  await alarm(/its sender was told otherwise/);
});

test('a record is not moved to another device', async () => {
  await behindItsBack([move('FAULT-1')], `UPDATE event v SET device_id = c.device_id, device_seq = c.device_seq + 1, from_id = c.custodian_id
    FROM alias a JOIN custody c USING (device_id) WHERE a.value = 'FAULT-3' AND v.seq = ${top}`);
  await alarm(/its sender was told otherwise/);
});

test('a record does not get flags, or another step, that its sender was not told', async () => {
  await behindItsBack(two(), `UPDATE event SET flags = 64 WHERE seq = ${top}`);
  await alarm(/its sender was told otherwise/);
  ledger.sql(`UPDATE event SET flags = 0, step = 'ready' WHERE seq = ${top}`);
  await alarm(/its sender was told otherwise/);
});

test('the newest record is missed at once, and after another took its place', async () => {
  await behindItsBack(two(), lastGone);
  await waitFor('an alarm', () => /told that it is recorded, and it is not there/.test(ledger.alarm()), 30);
  const size = ledger.sealedSize();
  await record(service, token, [move('FAULT-3')]);
  await alarm(/its sender was told of another event/);
  assert.equal(ledger.sealedSize(), size, 'the other one is not sealed');
  await service.stop();
  service = await ledger.serve({ env: { SPOOR_SEAL: '1' } });
  await waitFor('the seal after somebody started the service again', isSealed, 30);
});

test('an erasure does not stand where a record was answered', async () => {
  const sealed = ledger.sealedSize();
  await holdingIt(async () => {
    assert.equal((await record(service, token, [move('FAULT-1')]))[0].outcome, 'recorded');
    service.process.kill('SIGSTOP');
  }, 'SELECT 1');
  try {
    const { code, err } = await ledger.spoord('erase', 'person', leaving, '--yes');
    assert.equal(code, 0, err);
    ledger.sql(`DELETE FROM opening WHERE seq = ${sealed}; DELETE FROM event WHERE seq = ${sealed}; UPDATE opening SET seq = seq - 1 WHERE seq > ${sealed};
      UPDATE notice SET seq = seq - 1 WHERE seq > ${sealed}; UPDATE ledger_head SET next_seq = next_seq - 1;
      UPDATE custody c SET device_seq = v.device_seq, seq = v.seq FROM event v WHERE v.device_id = c.device_id AND v.device_seq = (SELECT max(device_seq) FROM event w WHERE w.device_id = c.device_id)`);
    assert.equal(ledger.sql(`SELECT type FROM notice WHERE seq = ${sealed}`), '2');
  } finally {
    service.process.kill('SIGCONT');
  }
  await alarm(/its sender was told otherwise/);
});

test('what an intake recorded is what the desk was shown', async () => {
  const client = await new Client(service.url).signIn('samira', desk);
  const form = { token: await client.token('/intake'), event_id: randomUUID(), device_id: '', make: 'Dell', model: 'Latitude', serial: 'FAULT-4', asset_tag: '', label: '', owner_name: 'Jo', owner_email: '', problem: 'p', condition: '', accessories: '', expected_on: '' };
  await holdingIt(async () => assert.equal((await client.post('/intake', form)).status, 200), `UPDATE event SET flags = 64 WHERE event_id = '${form.event_id}'`);
  await alarm(/its sender was told otherwise/);
});
