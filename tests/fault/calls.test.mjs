// Every system call by which the sealer writes fails once, or is the last one that it makes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { waitFor } from '../support/spoord.mjs';
import { Ledger, background, move, record, startPostgres, thorough } from './lab.mjs';

const permitted = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const skip = permitted ? false : 'strace may not trace here';

let postgres, ledger, next;
let older = []; // the key that signed before the present one, as an auditor names it
const roots = new Map(); // size → root, of every checkpoint that this log ever published

before(async () => {
  if (skip) return;
  postgres = startPostgres();
  ledger = new Ledger(postgres);
  const service = await ledger.serve();
  const token = (await ledger.spoord('token', 'add', 'bench', '--role', 'technician')).out.trim();
  await ledger.spoord('device', 'add', '--model', 'Fault', '--serial', 'FAULT-1');
  await record(service, token, Array.from({ length: 20 }, (_, n) => move('FAULT-1', { public_note: `look ${n}` })));
  await service.stop();
  mkdirSync(ledger.seal, { recursive: true });
  rmSync(ledger.seal, { recursive: true });
  next = Number(ledger.sql('SELECT next_seq FROM ledger_head'));
}, { timeout: 120000 });
after(() => postgres?.stop());

const checkpoints = () => ledger.sql(`SELECT size || ' ' || split_part(note, E'\n', 3) FROM checkpoint ORDER BY size`).split('\n').filter(Boolean).map((line) => line.split(' '));

/** Never two signed roots for one size, never a smaller size; gives the newest size. */
function look(before) {
  let newest = 0;
  for (const [size, root] of checkpoints()) {
    assert.equal(roots.get(size) ?? root, root, `two roots for the size ${size}`);
    roots.set(size, root);
    newest = Number(size);
  }
  assert.ok(newest >= before, `the signed size went from ${before} to ${newest}`);
  return newest;
}

/** What is under a signed checkpoint stands in the sealer's own log. */
function isDurable(size) {
  if (size === 0) return;
  const state = readFileSync(join(ledger.seal, 'state'), 'utf8').split('\n');
  assert.ok(Number(state[1]) >= size, 'the state knows of all that is signed');
  const log = readFileSync(join(ledger.seal, 'entries.log'));
  let count = 0;
  for (let at = 0; at < log.length; count++) at += 2 + log.readUInt16BE(at);
  assert.ok(count >= size, 'so does the log');
}

/** Runs the sealer under strace; { injected, ended }. */
async function sealUnder(...inject) {
  const trace = join(ledger.state, 'trace');
  const { ended, output } = background(['seal', '--once'], ledger.env, { before: ['strace', '-f', '-qq', '-y', '-o', trace, ...inject] });
  const how = await ended();
  return { ...how, output: output(), trace: existsSync(trace) ? readFileSync(trace, 'utf8') : '' };
}

/** Another log, with a key and a beginning of its own. */
const fresh = () => {
  roots.clear();
  older = [];
  ledger.sql(`DELETE FROM ledger_entry; DELETE FROM checkpoint; DELETE FROM tile; DELETE FROM notice WHERE seq > 0; UPDATE ledger_head SET next_seq = ${next};
    UPDATE sealing SET state = 'waiting', message = ''`);
  rmSync(ledger.seal, { recursive: true, force: true });
};

/** A folder that sealed everything, and an announced key that is not in force yet. */
async function rotating() {
  fresh();
  assert.equal((await ledger.sealOnce()).code, 0);
  older = ['--key', await ledger.key()];
  assert.equal((await ledger.spoord('key', 'rotate', '--yes')).code, 0);
}

test('nothing is signed before the entries, then the state, are durable and were read back', { skip }, async () => {
  fresh();
  const { code, trace } = await sealUnder('-e', 'trace=pwrite64,pread64,fdatasync,fsync,write,renameat,sendto', '-s', '2000');
  assert.equal(code, 0);
  const all = trace.split('\n');
  const at = (pattern, from = 0) => {
    const found = all.findIndex((line, n) => n >= from && pattern.test(line));
    assert.notEqual(found, -1, `${pattern} after line ${from} of\n${trace}`);
    return found;
  };
  let line = 0;
  for (const pattern of [/pwrite64\(\d+<.*entries\.log>/, /fdatasync\(\d+<.*entries\.log>\) = 0/, /pread64\(\d+<.*entries\.log>/, /write\(\d+<.*state\.part>/,
    /fsync\(\d+<.*state\.part>\) = 0/, /renameat\(.*"state\.part".*"state"\) = 0/, /fsync\(\d+<.*seal>\) = 0/, /sendto\(.*store_sealed/])
    line = at(pattern, line) + 1;
  assert.ok(at(/sendto\(.*store_sealed/) + 1 === line, 'and nothing was published before');
});

const calls = ['mkdir', 'write', 'pwrite64', 'ftruncate', 'fdatasync', 'fsync', 'renameat', 'linkat', 'unlinkat'];

/** How often each is made: [['write', 7], …]. */
async function count(start) {
  await start();
  const { code, trace } = await sealUnder('-e', `trace=${calls.join(',')}`);
  assert.equal(code, 0);
  return calls.map((call) => [call, trace.split('\n').filter((line) => line.replace(/^\d+ +/, '').startsWith(`${call}(`)).length]);
}

/** False: the call is not made n times. */
async function injected(start, call, action, n) {
  await start();
  const size = look(0);
  const { code, signal, trace, output } = await sealUnder('-e', `trace=${call}`, '-e', `inject=${call}:${action}:when=${n}`);
  const killed = action.startsWith('signal');
  if (!(killed ? /killed by SIGKILL/ : /INJECTED/).test(trace)) return false;
  if (killed) assert.ok(signal === 'SIGKILL' || code === 137, output);
  else if (/sync|renameat/.test(call)) assert.equal(code, 74, `a failed ${call} ends the process: ${output}`);
  const then = look(size);
  isDurable(then);
  const again = await ledger.sealOnce();
  assert.equal(again.code, 0, `${call} ${action} ${n}, then: ${again.err}`);
  const end = look(then);
  isDurable(end);
  assert.equal(end, Number(ledger.sql('SELECT next_seq FROM ledger_head')));
  return true;
}

async function everyCall(start, action, t) {
  const counts = await count(start);
  const points = counts.flatMap(([call, times]) => Array.from({ length: times }, (_, n) => [call, n + 1]));
  assert.ok(points.length > 10, JSON.stringify(counts));
  const step = thorough ? 1 : Math.ceil(points.length / 4);
  const chosen = points.filter((_, n) => n % step === step >> 1 || thorough);
  for (const [call, n] of chosen) assert.ok(await injected(start, call, action, n), `${call} is made ${n} times`);
  if (thorough) for (const [call, times] of counts) assert.equal(await injected(start, call, action, times + 1), false, `${call} is made ${times} times only`);
  t.diagnostic(`${chosen.length} of ${points.length} calls: ${counts.map(([call, times]) => `${call} ${times}`).join(', ')}`);
  const key = await ledger.key();
  const { code, out } = await ledger.audit(key, ...older);
  assert.equal(code, 0, out);
}

const scenes = [['a new log', fresh], ['a key that comes into force', rotating]];
for (const [name, start] of scenes)
  for (const [how, action] of [['fails with EIO', 'error=EIO'], ['is the last one', 'signal=KILL']])
    test(`${name}: whichever writing call ${how}, nothing signed is lost or changed`, { skip }, (t) => everyCall(start, action, t));

test('a disk that is full for a moment while a key is announced does not bring the key in without its announcement', { skip }, async () => {
  await rotating();
  for (const call of ['pwrite64', 'write']) {
    const trace = join(ledger.state, 'trace');
    const { child, ended, output } = background(['seal'], ledger.env, { before: ['strace', '-f', '-qq', '-y', '-o', trace, '-e', `trace=${call}`, '-e', `inject=${call}:error=ENOSPC:when=1`] });
    await waitFor('the seal', () => ledger.sql('SELECT (SELECT max(size) FROM checkpoint) = next_seq FROM ledger_head') === 't', 30).catch((error) => { throw new Error(`${call}: ${error.message}: ${output()}`); });
    process.kill(Number(readFileSync(trace, 'utf8').match(/^(\d+)/)[1]), 'SIGTERM');
    await ended();
    assert.equal(child.exitCode === null && child.signalCode === null, false);
    assert.match(readFileSync(trace, 'utf8'), /INJECTED/, call);
    older.push('--key', await ledger.key());
    await ledger.spoord('key', 'rotate', '--yes');
  }
  assert.equal((await ledger.sealOnce()).code, 0);
  const { code, out } = await ledger.audit(await ledger.key(), ...older);
  assert.equal(code, 0, out);
});
