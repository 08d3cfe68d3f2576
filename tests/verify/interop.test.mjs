// Programs that nobody here wrote: Go's sumdb/note and tlog, and openssl. What we call intact they do, what is forged they refuse.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '../support/spoord.mjs';
import { makeLedger } from './ledger.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-interop-'));
const program = join(folder, 'interop');
const built = spawnSync('sh', ['tests/interop/build.sh', program], { encoding: 'utf8' });
if (built.status !== 0 && built.status !== 3) throw new Error(built.stderr);
const skip = built.status === 3 && 'Go and golang-golang-x-mod-dev are not installed';
const go = (...args) => spawnSync(program, args, { encoding: 'utf8' });

let ledger, bundle;
before(async () => {
  ledger = await makeLedger();
  // beyond one tile, so that levels and complete tiles come into play
  const note = () => ({ event_id: randomUUID(), code: '8XK2LT3', kind: 'note', happened_at: new Date().toISOString(), private_note: 'again' });
  for (let n = 0; n < 6; n++) await ledger.post(Array.from({ length: 100 }, note));
  await ledger.sealed(621);
  bundle = await ledger.bundle('all');
}, { timeout: 120000 });
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await ledger?.stop();
});

test('Go computes the signed root of an honest log from its entries', { skip }, () => {
  const { status, stdout } = go('bundle', bundle, ledger.key);
  assert.equal(status, 0, stdout);
});

function records(bytes) {
  const list = [];
  for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) list.push(bytes.subarray(at, at + 2 + bytes.readUInt16BE(at)));
  return list;
}

const forgeries = {
  'an altered entry': (list) => (list[7] = Buffer.from(list[7].map((byte, n) => (n === 40 ? byte ^ 1 : byte)))),
  'a removed entry': (list) => list.splice(7, 1),
  'two entries in the other order': (list) => ([list[7], list[8]] = [list[8], list[7]]),
  'an inserted entry': (list) => list.splice(7, 0, list[9]),
  'a log that was cut': (list) => list.splice(600),
  'an entry at the end': (list) => list.push(list[9]),
};
for (const [name, forge] of Object.entries(forgeries)) {
  test(`Go and spoor-verify refuse ${name}`, { skip }, async () => {
    const copy = mkdtempSync(join(folder, 'forged-'));
    cpSync(bundle, copy, { recursive: true });
    const list = records(readFileSync(join(bundle, 'entries')));
    forge(list);
    writeFileSync(join(copy, 'entries'), Buffer.concat(list));
    const { status, stdout } = go('bundle', copy, ledger.key);
    assert.equal(status, 1, stdout);
    assert.match(stdout, /entries/);
    assert.equal((await run(['bundle', copy, '--key', ledger.key], {}, { program: 'spoor-verify' })).code, 1);
  });
}

const other = (key) => key.replace(/\+(.)(.)/, (_, one, two) => `+${one}${two === '0' ? '1' : '0'}`);
const withCheckpoint = (change) => {
  const copy = mkdtempSync(join(folder, 'forged-'));
  cpSync(bundle, copy, { recursive: true });
  writeFileSync(join(copy, 'checkpoint'), change(readFileSync(join(bundle, 'checkpoint'), 'utf8')));
  return copy;
};
test('Go and spoor-verify refuse a forged checkpoint', { skip }, async () => {
  const changes = [(text) => text.replace('\n621\n', '\n620\n'), (text) => text.replace(/\n([^\n]{43}=)\n/, (_, root) => `\n${root[0] === 'A' ? 'B' : 'A'}${root.slice(1)}\n`),
    (text) => text.replace('desk.example.nl', 'desk.example.be'), (text) => text.replace(/(.)(.{8}\n)$/, (_, one, rest) => (one === 'A' ? 'B' : 'A') + rest)];
  for (const change of changes) {
    const copy = withCheckpoint(change);
    assert.notEqual(readFileSync(join(copy, 'checkpoint'), 'utf8'), readFileSync(join(bundle, 'checkpoint'), 'utf8'));
    assert.equal(go('bundle', copy, ledger.key).status, 1, String(change));
    assert.equal((await run(['bundle', copy, '--key', ledger.key], {}, { program: 'spoor-verify' })).code, 1);
  }
});

test('Go and spoor-verify refuse a wrong key', { skip }, async () => {
  assert.equal(go('bundle', bundle, other(ledger.key)).status, 1);
  assert.equal((await run(['bundle', bundle, '--key', other(ledger.key)], {}, { program: 'spoor-verify' })).code, 2, 'it is no key at all');
});

test('Go reads the running service: entries, tiles and checkpoint agree', { skip }, async () => {
  const { status, stdout, stderr } = go('log', ledger.service.url, ledger.key);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^621 entries, 113 tiles$/m, 'three of leaves, one above, and the partial ones in every width');
});

test('a complete tile is immutable, a partial one a beginning of it, and no other name is answered', async () => {
  const get = (path) => fetch(`${ledger.service.url}/log/${path}`);
  const full = await get('tile/0/000');
  assert.equal(full.status, 200);
  assert.match(full.headers.get('cache-control'), /immutable/);
  const bytes = Buffer.from(await full.arrayBuffer());
  assert.equal(bytes.length, 256 * 32);
  const part = Buffer.from(await (await get('tile/0/000.p/7')).arrayBuffer());
  assert.deepEqual(part, bytes.subarray(0, 7 * 32));
  assert.equal((await get('tile/0/002.p/109')).status, 200);
  for (const path of ['tile/0/002', 'tile/0/002.p/110', 'tile/0/002.p/0', 'tile/0/002.p/256', 'tile/0/2', 'tile/0/000.p/07', 'tile/0/x000/000', 'tile/9/000', 'tile/1/000', 'tile/entries/003', 'tile/0/999'])
    assert.equal((await get(path)).status, 404, path);
});

test('openssl verifies the signature of the checkpoint, and of no other text', () => {
  const note = readFileSync(join(bundle, 'checkpoint'));
  const border = note.lastIndexOf('\n\n') + 1;
  const signature = Buffer.from(note.subarray(border).toString().trim().split(' ').pop(), 'base64').subarray(4);
  const raw = Buffer.from(ledger.key.split('+').slice(2).join('+'), 'base64').subarray(1);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  const file = (name, content) => (writeFileSync(join(folder, name), content), join(folder, name));
  const verify = (text) => spawnSync('openssl', ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', file('key.pem', key.export({ type: 'spki', format: 'pem' })), '-in', file('text', text), '-sigfile', file('signature', signature)], { encoding: 'utf8' });
  const honest = verify(note.subarray(0, border));
  assert.equal(honest.status, 0, honest.stdout + honest.stderr);
  assert.equal(verify(Buffer.concat([note.subarray(0, border - 1), Buffer.from(' \n')])).status, 1);
  const [name, id] = ledger.key.split('+');
  assert.equal(createHash('sha256').update(`${name}\n`).update(Buffer.from([1])).update(raw).digest('hex').slice(0, 8), id);
});
