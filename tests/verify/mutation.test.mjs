// The definition of done for the verifier: no changed bundle is ever called intact, whatever byte, line, entry or file it is.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '../support/spoord.mjs';
import { makeLedger } from './ledger.mjs';

let ledger, bundles;
const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'spoor-change-'));

before(async () => {
  ledger = await makeLedger();
  bundles = { all: await ledger.bundle('all'), device: await ledger.bundle('device', '--device', ledger.devices[0]) };
  await ledger.erase('emma@example.org');
  await ledger.rotate();
  bundles.erased = await ledger.bundle('erased');
  bundles.erasedDevice = await ledger.bundle('erased-device', '--device', ledger.devices[2]);
}, { timeout: 120000 });
after(async () => {
  rmSync(memory, { recursive: true, force: true });
  await ledger?.stop();
});

// One bit of each byte, another one from byte to byte; `make mutations` flips all eight.
const bits = process.env.SPOOR_BITS ?? '1';

async function changed(t, name) {
  const copy = join(memory, name);
  cpSync(bundles[name], copy, { recursive: true });
  const honest = await run(['bundle', copy, '--key', `@${ledger.keys}`], {}, { program: 'spoor-verify' });
  assert.equal(honest.code, 0, honest.out + honest.err);
  const { code, out, err } = await run([copy, `@${ledger.keys}`, bits], {}, { program: 'tests/support/change_bundle' });
  t.diagnostic(`${name}: ${out.trim().split('\n').pop()}`);
  assert.equal(code, 0, out.slice(0, 4000) + err);
  assert.match(out, /^[1-9][0-9]{2,} bits flipped, .*: [1-9][0-9]{3,} changes, 0 not found$/m);
}

test('a bundle of twenty events: no change of any bit, line, entry or file is called intact', (t) => changed(t, 'all'));
test('the same for one device', (t) => changed(t, 'device'));
test('the same after an erasure and under a second key', (t) => changed(t, 'erased'));
test('the same for one device after an erasure', (t) => changed(t, 'erasedDevice'));
