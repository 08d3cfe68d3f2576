// spoor-verify from end to end: exit codes, reports, forks, and files that are none.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from '../support/spoord.mjs';
import { makeLedger } from './ledger.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-command-'));
const verify = (...args) => {
  const { status, signal, stdout, stderr } = spawnSync(join(build, 'spoor-verify'), args, { encoding: 'utf8', timeout: 60000 });
  assert.equal(signal, null, `${args.join(' ')}: ${stderr}`);
  return { code: status, out: stdout, err: stderr };
};
const file = (name, content) => (writeFileSync(join(folder, name), content), join(folder, name));

let ledger, bundle, key, early, receipt;
before(async () => {
  ledger = await makeLedger();
  key = ['--key', ledger.key];
  early = await ledger.checkpoint('early');
  receipt = await ledger.receipt('receipt', ledger.events[3].event_id);
  await ledger.post([{ event_id: randomUUID(), code: 'C02ZQ1', kind: 'note', happened_at: new Date().toISOString(), private_note: 'later' }]);
  await ledger.sealed(22);
  bundle = await ledger.bundle('all');
}, { timeout: 120000 });
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await ledger?.stop();
});

const changedBundle = (name, change) => {
  const copy = mkdtempSync(join(folder, 'bundle-'));
  cpSync(bundle, copy, { recursive: true });
  change(join(copy, name));
  return copy;
};

test('an intact bundle gives one sentence and code 0, or one JSON object', () => {
  const { code, out } = verify('bundle', bundle, ...key, '--since', early, '--receipt', receipt);
  assert.equal(code, 0, out);
  assert.match(out, /^INTACT\. 22 entries, 21 rows and \d+ values are what was sealed under "desk\.example\.nl\/spoor"/);
  assert.match(out, /^3 records carry what their scanner signed; each signature was checked\.$/m);
  assert.match(out, /fits: the log begins with its \d+ entries\.$/m);
  assert.match(out, /fits: the log begins with its \d+ entries, and the record is in its place\.$/m);
  assert.equal(out.trim().split('\n').length, 4);
  const json = verify('bundle', bundle, ...key, '--json').out.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(json.map(({ intact, stale, findings, entries }) => ({ intact, stale, findings, entries })), [{ intact: true, stale: false, findings: 0, entries: 22 }]);
  assert.equal(json[0].warnings, 0);
});

test('findings give code 1, fit on a page for people, and are all there as JSON', () => {
  const copy = changedBundle('events.jsonl', (path) => writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"flags": ', '"flags": 1')));
  const page = verify('bundle', copy, ...key);
  assert.equal(page.code, 1);
  assert.match(page.out, /^NOT INTACT\. /);
  assert.match(page.out, /F08 {2}record 1: a row or value is not what was sealed: "flags" in the row reads 10/);
  assert.ok(page.out.split('\n').length < 40, page.out);
  const all = changedBundle('events.jsonl', (path) => writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"flags": ', '"flags": 1').replaceAll('"offset_minutes": ', '"offset_minutes": 7')));
  const long = verify('bundle', all, ...key);
  assert.match(long.out, /and 17 more \(--json lists all\): F08 42x/);
  const lines = verify('bundle', all, ...key, '--json').out.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.filter(({ finding }) => finding === 'F08').length, 42);
  assert.deepEqual(lines.at(-1).intact, false);
});

test('what a receipt on paper says is checked against the log: its size and root, and nothing else that looks like it', () => {
  const [, size, root] = readFileSync(early, 'utf8').split('\n');
  const fits = verify('bundle', bundle, ...key, '--seal', `${size}:${root}`);
  assert.equal(fits.code, 0);
  assert.ok(fits.out.includes(`${size}:${root} fits: the log begins with its ${size} entries.`), fits.out);
  const other = `${root[0] === 'A' ? 'B' : 'A'}${root.slice(1)}`;
  const forged = verify('bundle', bundle, ...key, '--seal', `${size}:${other}`);
  assert.match(forged.out, /compare it with the paper again/);
  assert.equal(forged.code, 1);
  assert.match(forged.out, /F04/);
  assert.match(verify('bundle', bundle, ...key, '--seal', `99:${root}`).out, /F05/);
  for (const odd of ['', size, `${size}:`, `${size}:${root}x`, `:${root}`, `0:${root}`, `-1:${root}`, `${size}:${root.slice(0, -1)}`, `99999999999999999999:${root}`]) {
    const { code, err } = verify('bundle', bundle, ...key, '--seal', odd);
    assert.equal(code, 2, odd);
    assert.match(err, /--seal takes SIZE:ROOT/, odd);
  }
});

test('a bundle that nothing was recorded in for long gives code 3', async () => {
  assert.equal(verify('bundle', bundle, ...key, '--stale-after', '1').code, 0);
  const old = spawnSync(join(build, 'tests/bench/make_bundle'), [join(folder, 'old'), '20'], { encoding: 'utf8' });
  const { code, out } = verify('bundle', join(folder, 'old'), '--key', old.stdout.trim(), '--stale-after', '1');
  assert.equal(code, 3, out);
  assert.match(out, /STALE\./);
  assert.equal(JSON.parse(verify('bundle', join(folder, 'old'), '--key', old.stdout.trim(), '--stale-after', '1', '--json').out).stale, true);
});

test('a receipt proves its record and tells what it says; a changed one proves nothing', () => {
  const { code, out } = verify('receipt', receipt, ...key);
  assert.equal(code, 0, out);
  assert.match(out, /^INTACT\. Record \d+ is sealed under "desk\.example\.nl\/spoor"/);
  assert.match(out, /recorder +[0-9a-f-]{36} desk/);
  const rows = readFileSync(join(bundle, 'events.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const row = rows.find(({ event_id: id }) => id === ledger.events[3].event_id);
  const said = Object.fromEntries([...out.matchAll(/^ {2}(\S.*?) {2,}(.+)$/gm)].map(([, name, value]) => [name, value]));
  assert.equal(said.what, { received: 'Handed in', handed_over: 'Handed over', moved: 'Moved', note: 'Note', waiting: 'Waiting', step: 'Another step' }[row.kind], row.kind);
  assert.equal(said.device, row.device_id);
  assert.match(out, new RegExp(`\\n +record ${row.device_seq + 1} of this device\\n`));
  assert.equal(new Date(said.happened).toISOString(), row.happened_at);
  assert.equal(said.recorded, row.recorded_at);
  assert.equal(said.step, row.step ?? undefined);
  const text = readFileSync(receipt, 'utf8');
  const other = file('other-receipt', text.replace(/index (\d+)/, (_, index) => `index ${Number(index) - 1}`));
  assert.equal(verify('receipt', other, ...key).code, 1);
  assert.equal(verify('bundle', bundle, ...key, '--receipt', other).code, 1);
  assert.equal(JSON.parse(verify('receipt', other, ...key, '--json').out.trim().split('\n').pop()).intact, false);
});

test('compare: one history, an older beginning, too little to say, a fork with its proof', async () => {
  assert.equal(verify('compare', early, early, ...key).code, 0);
  const begins = verify('compare', early, bundle, ...key);
  assert.equal(begins.code, 0, begins.out + begins.err);
  assert.match(begins.out, /the beginning of the newer's 22/);
  assert.equal(verify('compare', receipt, bundle, ...key).code, 0);
  const later = await ledger.checkpoint('later');
  assert.equal(verify('compare', early, later, ...key).code, 3);
  const cut = changedBundle('entries', (path) => truncateSync(path, readFileSync(path).length - 9));
  assert.equal(verify('compare', early, cut, ...key).code, 1);
  assert.equal(verify('compare', early, join(folder, 'old'), ...key).code, 2, 'of another log, under another key');
});

test('two signed histories of one log are a fork, and both heads are printed', () => {
  const heads = [1, 2].map((n) => {
    spawnSync(join(build, 'tests/bench/make_bundle'), [join(folder, `fork-${n}`), String(20 * n)], { encoding: 'utf8' });
    return join(folder, `fork-${n}`);
  });
  const forged = spawnSync(join(build, 'tests/bench/make_bundle'), [join(folder, 'fork-3'), '20', 'other'], { encoding: 'utf8' });
  const forgedKey = ['--key', forged.stdout.trim()];
  assert.equal(verify('compare', heads[0], heads[1], ...forgedKey).code, 1, 'the devices of a longer one are others');
  const { code, out } = verify('compare', heads[0], join(folder, 'fork-3'), ...forgedKey);
  assert.equal(code, 1, out);
  assert.match(out, /^NOT INTACT\. Two histories were signed:/);
  for (const head of [heads[0], join(folder, 'fork-3')]) assert.ok(out.includes(readFileSync(join(head, 'checkpoint'), 'utf8')), out);
  assert.match(out, /F04 .*a fork/);
  const json = verify('compare', heads[0], join(folder, 'fork-3'), ...forgedKey, '--json').out.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(json.filter(({ note }) => note).length, 2);
});

test('wrong usage gives code 2 and one sentence', () => {
  for (const args of [[], ['bundle'], ['bundle', bundle], ['bundle', bundle, '--key'], ['bundle', bundle, '--key', 'x'], ['bundle', bundle, ...key, '--stale-after', '-1'], ['nonsense'], ['receipt', receipt], ['compare', early, ...key], ['bundle', bundle, ...key, '--since', '/nonexistent'], ['bundle', bundle, '--key', '@/nonexistent']]) {
    const { code, out, err } = verify(...args);
    assert.equal(code, 2, `${args}: ${out}${err}`);
    if (args.length > 0) assert.match(err, /^spoor-verify[^\n]*\n/);
  }
});

// What may lie in a file's place, and what may not happen: a crash, a wait, a full memory, a good word.
const places = {
  missing: unlinkSync,
  empty: (path) => writeFileSync(path, ''),
  'a folder': (path) => (unlinkSync(path), mkdirSync(path)),
  'a pipe': (path) => (unlinkSync(path), spawnSync('mkfifo', [path])),
  'an endless device': (path) => (unlinkSync(path), symlinkSync('/dev/zero', path)),
  'no UTF-8': (path) => writeFileSync(path, Buffer.from([0xc3, 0x28, 0xff, 0xfe, 10])),
  'an endless line': (path) => truncateSync(path, 3e9),
};
for (const [what, put] of Object.entries(places)) {
  test(`${what} in place of any file: code 1 or 2, and a sentence`, () => {
    for (const name of ['checkpoint', 'entries', 'events.jsonl', 'openings.jsonl', 'scope', 'tile/0/000.p/22']) {
      const { code, out, err } = verify('bundle', changedBundle(name, put), ...key);
      assert.ok(code === 1 || code === 2, `${name}: ${code} ${out}${err}`);
      assert.ok((out + err).length > 20 && (out + err).length < 10000, `${name}: ${out}${err}`);
    }
    const odd = file('odd', 'x');
    put(odd);
    for (const args of [['receipt', odd], ['compare', odd, early], ['bundle', bundle, '--since', odd], ['bundle', bundle, '--receipt', odd], ['bundle', odd]])
      assert.equal(verify(...args, ...key).code, 2, args.join(' '));
    assert.equal(verify('bundle', bundle, '--key', `@${odd}`).code, 2);
    rmSync(odd, { recursive: true, force: true });
  });
}

test('names of files tell a terminal nothing', () => {
  const copy = changedBundle('tile/0/\x1b[2J\xff', (path) => writeFileSync(path, ''));
  const { code, out } = verify('bundle', copy, ...key);
  assert.equal(code, 1);
  assert.ok(!out.includes('\x1b') && out.includes('F19'), out);
});

test('the tool links libsodium and libc, and nothing else', () => {
  const { stdout } = spawnSync('readelf', ['-d', join(build, 'spoor-verify')], { encoding: 'utf8' });
  const needed = [...stdout.matchAll(/NEEDED.*\[(.+?)\]/g)].map(([, name]) => name.replace(/\.so.*/, '')).sort();
  assert.deepEqual(needed.filter((name) => !/asan|ubsan/.test(name)), ['libc', 'libsodium']);
});

test('the tool builds alone', () => {
  const alone = mkdtempSync(join(folder, 'alone-'));
  const made = spawnSync('make', ['-s', 'spoor-verify', `BUILD=${alone}`, 'SERVER_PACKAGES=libsodium', 'SCANNER_PACKAGES='], { encoding: 'utf8', env: { ...process.env, MAKEFLAGS: '' } });
  assert.equal(made.status, 0, made.stderr);
  assert.equal(spawnSync(join(alone, 'spoor-verify'), ['--version']).status, 0);
  assert.equal(spawnSync('find', [alone, '-path', '*generated*'], { encoding: 'utf8' }).stdout, '', 'nothing was generated for it');
});
