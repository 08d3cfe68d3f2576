// spoor-scan decode as a person meets it: what it prints, and how it ends.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run } from '../support/spoord.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-decode-'));
after(() => rmSync(folder, { recursive: true }));

const picture = (name, text) => {
  const path = join(folder, name);
  execFileSync('qrencode', ['-8', '-o', path, text]);
  return path;
};
const decode = (...args) => run(['decode', ...args], {}, { program: 'spoor-scan' });

test('a line is file, symbology and text; what would move the cursor is written out', async () => {
  const path = picture('odd.png', 'a\tb\nc\\d\x1B[2Je');
  const told = await decode(path);
  assert.equal(told.code, 0);
  assert.equal(told.out, `${path}\tQR-Code\ta\\tb\\nc\\\\d\\x1B[2Je\n`);
});

test('JSON says where the code is, which pass read it, and how long that took', async () => {
  const told = await decode('--json', picture('label.png', 'https://fix.example.nl/d/7K3M9QXFDT'));
  const code = JSON.parse(told.out);
  assert.equal(code.text, 'https://fix.example.nl/d/7K3M9QXFDT');
  assert.equal(code.corners.length, 4);
  assert.equal(code.pass, 'plain');
  assert.ok(code.milliseconds > 0);
});

test('with --expect spoor a label whose check symbols fail is not read', async () => {
  for (const [text, code] of [['7K3M9QXFDT', 0], ['7K3M9QXFDU', 12], ['SN-778812', 12], ['SPOOR:STEP:repair', 0]]) {
    const told = await decode('--expect', 'spoor', '--effort', 'quick', picture('expected.png', text));
    assert.equal(told.code, code, text);
    assert.equal(told.out.endsWith(`\t${text}\n`), code === 0, text);
  }
});

test('a picture that cannot be read does not keep the others from it', async () => {
  const broken = join(folder, 'broken.png');
  writeFileSync(broken, 'no picture at all');
  const told = await decode(broken, picture('good.png', 'GOOD'));
  assert.equal(told.code, 12);
  assert.match(told.out, /\tGOOD\n$/);
  assert.match(told.err, /broken\.png: this is neither PNG, JPEG, WebP nor HEIC/);
});

test('options that make no sense are refused before anything is read', async () => {
  for (const args of [['--effort', 'much'], ['--budget-ms', '0'], ['--expect', 'miracles']]) {
    const told = await decode(...args, picture('any.png', 'ANY'));
    assert.equal(told.code, 2, args.join(' '));
    assert.equal(told.out, '');
  }
});

/** One picture of so many different codes. */
function sheet(count) {
  const path = join(folder, `sheet-${count}.png`);
  const codes = Array.from({ length: count }, (_, i) => picture(`sheet-${count}-${String(i).padStart(3, '0')}.png`, `HTTPS://FIX.EXAMPLE.NL/D/K-${i}`));
  execFileSync('montage', [...codes, '-tile', '12x', '-geometry', '+8+8', path]);
  return path;
}

test('all codes of a full sheet are read; more than fit are not left out without a word', { timeout: 120000 }, async () => {
  const full = await decode('--all', '--effort', 'quick', '--budget-ms', '60000', sheet(128));
  assert.equal(new Set(full.out.trim().split('\n')).size, 128);
  assert.equal(full.err, '');
  const over = await decode('--all', '--effort', 'quick', '--budget-ms', '60000', sheet(130));
  assert.equal(over.out.trim().split('\n').length, 128);
  assert.match(over.err, /^\S+sheet-130\.png: this picture has more codes than are read of one: some were left out\n$/);
});

test('where the time is over before all of a picture was searched, that is said', { timeout: 120000 }, async () => {
  const path = join(folder, 'noise.png'); // to search it thoroughly takes many seconds of a processor
  execFileSync('convert', ['-size', '3000x3000', 'xc:gray60', '-seed', '7', '+noise', 'Gaussian', '(', picture('one.png', 'ONE'), '-scale', '400%', ')', '-geometry', '+900+900', '-composite', path]);
  const told = await decode('--all', '--budget-ms', '1000', path);
  if (told.out) assert.match(told.err, /noise\.png: the time was over before all of this picture was searched: there may be more codes/);
  else assert.match(told.err, /noise\.png: not readable/); // a machine that did not get that far
});
