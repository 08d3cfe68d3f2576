// The scanner on disks that are full or fail: what is not stored is told as such, what was told is sent once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { enrol, finish, lines, recorded } from '../support/scanner.mjs';
import { startSpoord } from '../support/spoord.mjs';

const NOT_KEPT = 16;
const thorough = process.env.SPOOR_FAULTS === 'all';
const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const noStrace = canTrace ? false : 'strace may not trace here';
const scanning = ['--step', 'repair', '--stdin', '--json', '--quiet'];
const unreachable = ['env', 'http_proxy=http://127.0.0.1:9', 'no_proxy=']; // port 9 (discard) refuses
const folders = [];
let service;

before(async () => {
  service = await startSpoord();
}, { timeout: 120000 });
after(async () => {
  await service?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function newScanner(options) {
  const scanner = await enrol(service, options);
  folders.push(scanner.folder);
  return { ...scanner, offline: (args, input, before = []) => finish(scanner.start(args, [...before, ...unreachable]), input) };
}

/** Sorts what a scanner said into { told: Map of code → event_id, denied: lines }. */
function sort(out) {
  const said = lines(out);
  const told = new Map(said.filter(({ result }) => result === 'waiting').map(({ code, event_id }) => [code, event_id]));
  const denied = said.filter(({ result }) => result !== 'waiting');
  for (const one of denied) assert.equal(one.result, 'NOT KEPT', JSON.stringify(one));
  return { told, denied };
}

/** Each that was told is kept under its own event, in order, once. */
function isKept(told, kept) {
  const names = kept.map(({ code }) => code);
  assert.equal(new Set(names).size, names.length, 'no scan is there twice');
  assert.deepEqual([...told].filter(([code, event_id]) => !kept.some((item) => item.code === code && item.event_id === event_id)), []);
  assert.deepEqual(kept.map(({ scanner_seq }) => scanner_seq), kept.map((_, i) => i + 1), 'numbers without gaps');
}

async function sendsOnce(scanner, kept) {
  const sent = await scanner.scan(['sync']);
  assert.equal(sent.code, 0, sent.out + sent.err);
  assert.equal((await scanner.status()).waiting, 0);
  const counts = await recorded(service);
  assert.deepEqual(kept.filter(({ event_id }) => counts.get(event_id) !== 1), []);
}

/** Fills what is left of a disk. */
function fill(path) {
  for (const size of ['64k', '4k', '1']) spawnSync('sh', ['-c', `dd if=/dev/zero bs=${size} of="$1" oflag=append conv=notrunc status=none`, '-', path], { stdio: 'ignore', timeout: 30000 });
}

/** isShared: no file may grow, not each up to a limit of its own, where the end of a process makes some room. */
async function fullDisk(scanner, isShared, why, makeRoom) {
  const names = Array.from({ length: 300 }, (_, i) => `FULL-${i}`);
  const first = await scanner.offline(scanning, names.join('\n'));
  assert.equal(first.code, NOT_KEPT, first.err);
  const { told, denied } = sort(first.out);
  assert.ok(told.size > 0 && denied.length > 0, `${told.size} told, ${denied.length} not kept`);
  for (const one of denied) {
    assert.match(one.detail, why);
    assert.equal(one.event_id, undefined);
  }
  isKept(told, await scanner.export());
  assert.equal((await scanner.export()).length, told.size, 'nothing that was not told');
  const again = await scanner.offline(scanning, 'FULL-AGAIN\n');
  if (isShared) assert.equal(again.code, NOT_KEPT, 'a second start on the full disk');
  for (const [code, event_id] of sort(again.out).told) told.set(code, event_id);
  assert.match((await scanner.scan(['status'])).out, new RegExp(`${told.size} waiting`));
  makeRoom();
  const then = await scanner.offline(scanning, denied.map(({ code }) => code).join('\n'));
  assert.equal(then.code, 13, then.out.slice(0, 500) + then.err);
  for (const [code, event_id] of sort(then.out).told) told.set(code, event_id);
  const kept = await scanner.export();
  isKept(told, kept);
  assert.equal(kept.length, told.size);
  assert.deepEqual(names.filter((name) => !told.has(name)), []);
  await sendsOnce(scanner, kept);
}

test('a full disk: nothing is told that is not kept, and all that was told is sent once there is room', { timeout: 120000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-full-'));
  folders.push(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'spoor-test', folder], { encoding: 'utf8' });
  if (mounted.status !== 0) return t.skip('a tmpfs may not be mounted here');
  try {
    const scanner = await newScanner({ folder });
    await fullDisk(scanner, true, /NOT recorded: the disk is full$/, () => assert.equal(spawnSync('mount', ['-o', 'remount,size=32m', folder]).status, 0));
    assert.equal(spawnSync('mount', ['-o', 'remount,size=2m', folder]).status, 0);
    fill(join(folder, 'ballast'));
    const other = await scanner.offline(scanning, 'BALLAST-1\n');
    assert.ok([6, NOT_KEPT].includes(other.code), other.out + other.err);
    assert.match(other.out + other.err, /the disk is full/);
  } finally {
    assert.equal(spawnSync('umount', [folder]).status, 0);
  }
});

test('a file that may not grow: the same', { timeout: 120000 }, async () => {
  const scanner = await newScanner();
  let most = ['prlimit', '--fsize=120000'];
  const offline = scanner.offline;
  scanner.offline = (args, input) => offline(args, input, most);
  await fullDisk(scanner, false, /NOT recorded: the disk (is full|does not keep it: .+)$/, () => (most = []));
});

const calls = ['pwrite64', 'fdatasync', 'ftruncate', 'unlink'];
const faults = [['pwrite64', 'ENOSPC'], ['pwrite64', 'EIO'], ['fdatasync', 'EIO'], ['ftruncate', 'EIO'], ['unlink', 'EIO'], ['fdatasync', 'ENOSPC']];

/** Runs a scan of some codes with a fault in it; gives whether it took place, and what was told. */
async function scanUnder(scanner, names, inject) {
  const trace = join(scanner.folder, 'trace');
  const how = await scanner.offline(scanning, names.join('\n'), ['strace', '-f', '-qq', '-o', trace, '-e', `trace=${calls.join(',')}`, ...inject]);
  const seen = readFileSync(trace, 'utf8').split('\n');
  return { ...how, seen, injected: seen.filter((line) => line.includes('INJECTED')).length };
}

for (const [call, name] of faults)
  for (const lasting of [false, true])
    test(`${call} fails with ${name} ${lasting ? 'from some moment on' : 'once'}: each scan is kept, or told as not kept`, { skip: noStrace, timeout: 600000 }, async (t) => {
      const scanner = await newScanner();
      const first = await scanUnder(scanner, ['A-0', 'A-1', 'A-2'], []);
      const most = first.seen.filter((line) => line.includes(` ${call}(`)).length;
      assert.ok(most > 0, `${call} is made`);
      const told = sort(first.out).told;
      const denied = new Set();
      const step = thorough ? 1 : Math.max(1, Math.ceil(most / 4));
      let tried = 0;
      for (let n = 1; n <= most; n += step) {
        const names = [1, 2, 3].map((i) => `${call}-${n}-${i}`);
        const how = await scanUnder(scanner, names, ['-e', `inject=${call}:error=${name}:when=${n}${lasting ? '+' : ''}`]);
        assert.notEqual(how.signal, 'SIGABRT', how.err);
        if (how.out === '') assert.match(how.err, /^spoor-scan: .{10,}/m, 'it says why it does not start');
        const said = sort(how.out);
        for (const [code, event_id] of said.told) told.set(code, event_id);
        for (const { code } of said.denied) denied.add(code);
        if (said.denied.length) assert.equal(how.code, NOT_KEPT);
        tried += how.injected > 0;
      }
      const kept = await scanner.export();
      isKept(told, kept);
      assert.deepEqual(kept.filter(({ code }) => denied.has(code)), [], 'nothing that was told as not kept');
      assert.equal(readdirSync(scanner.folder).filter((file) => file.includes('damaged')).length, 0, 'nothing was taken for damaged');
      await sendsOnce(scanner, kept);
      t.diagnostic(`${tried} faults in ${most} calls: ${told.size} told, ${denied.size} not kept`);
    });

test('an undo is kept whole or not at all', { skip: noStrace, timeout: 300000 }, async () => {
  const scanner = await newScanner();
  for (let n = 1, more = true; more; n++) {
    const how = await scanUnder(scanner, [`U-${n}`, 'SPOOR:UNDO'], ['-e', `inject=fdatasync:error=EIO:when=${n}`]);
    more = how.injected > 0;
    const [, undo] = lines(how.out).map(({ result }) => result);
    if (undo === undefined) continue; // it did not start
    const undone = (await scanner.export()).filter(({ event }) => event.kind === 'corrected').length;
    assert.equal(undo === 'waiting', undone > (scanner.undone ?? 0), `sync ${n}: ${how.out}`);
    scanner.undone = undone;
  }
  assert.ok(scanner.undone > 0);
});

/** A queue with five scans whose first page the disk has damaged; nothing of the scans themselves. */
async function damagedScanner() {
  const scanner = await newScanner();
  const { told } = sort((await scanner.offline(scanning, 'D-1\nD-2\nD-3\nD-4\nD-5\n')).out);
  const bytes = readFileSync(join(scanner.folder, 'queue.db')).fill(0xa5, 0, 100);
  const kept = Object.fromEntries(['enrolment', 'counter'].map((name) => [name, readFileSync(join(scanner.folder, name))]));
  const layOut = () => {
    for (const name of readdirSync(scanner.folder)) rmSync(join(scanner.folder, name));
    for (const [name, content] of Object.entries({ ...kept, 'queue.db': bytes })) writeFileSync(join(scanner.folder, name), content);
  };
  return { ...scanner, told, layOut };
}

test('a rescue that is cut off at any moment is done again: no scan of a damaged queue is lost', { skip: noStrace, timeout: 600000 }, async (t) => {
  const scanner = await damagedScanner();
  const trace = join(scanner.folder, 'trace');
  const opening = ['-P', join(scanner.folder, 'queue.db'), '-P', join(scanner.folder, 'queue.db-wal')];
  let cut = 0;
  for (const action of ['signal=KILL', 'error=ENOSPC'])
    for (const call of ['openat', 'rename', 'pwrite64', 'fdatasync', 'ftruncate', 'unlink'])
      for (let n = 1, made = true; made; n += thorough ? 1 : 1 + (n >> 1)) {
        scanner.layOut();
        await finish(scanner.start(['status'], ['strace', '-f', '-qq', '-o', trace, ...(call === 'openat' ? opening : []), '-e', `trace=${call}`, '-e', `inject=${call}:${action}:when=${n}`]));
        made = /INJECTED|killed by SIGKILL/.test(readFileSync(trace, 'utf8'));
        cut += made;
        const { code, out, err } = await scanner.scan(['status']);
        assert.equal(code, 0, err);
        assert.doesNotMatch(err, /lost with the old one/, `${call} ${n} ${action}: ${out}`);
        const kept = await scanner.export();
        assert.deepEqual(kept.map(({ code: name, event_id }) => [name, event_id]), [...scanner.told], `${call} ${n} ${action}`);
      }
  assert.ok(cut > 10, String(cut));
  t.diagnostic(`cut off at ${cut} moments`);
});
