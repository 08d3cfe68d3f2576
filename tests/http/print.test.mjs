// spoor-scan print: what a printer would put on paper, worked out from the bytes alone and read by zbarimg.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run, freePort, waitFor } from '../support/spoord.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-print-'));
after(() => rmSync(folder, { recursive: true }));
const code = '7K3M9QXFDT';
const server = 'https://fix.example.nl';
const file = join(folder, 'label.bin');
const print = (args, env = {}) => run(['print', code, '--server', server, ...args], env, { program: 'spoor-scan' });

/** Rows of dots: each a Uint8Array of 0 and 1. */
const rowsOf = (bytes, stride) => Array.from({ length: bytes.length / stride }, (_, y) =>
  Uint8Array.from({ length: stride * 8 }, (_, x) => (bytes[y * stride + (x >> 3)] >> (7 - (x & 7))) & 1));

const paper = {
  zpl(bytes) {
    const text = bytes.toString('latin1');
    const [, height, fields] = text.match(/^\^XA\^LH0,0\^LL(\d+)((?:\^FO0,\d+\^GFA,\d+,\d+,\d+,[0-9A-F]*\^FS)+)\^PQ1\^XZ\n$/);
    const rows = [];
    for (const [, y, sent, total, stride, digits] of fields.matchAll(/\^FO0,(\d+)\^GFA,(\d+),(\d+),(\d+),([0-9A-F]*)\^FS/g)) {
      assert.equal(Number(y), rows.length);
      assert.equal(sent, total);
      assert.ok(Number(total) <= 99999, 'more is cut off by the printer');
      assert.equal(digits.length, 2 * total);
      rows.push(...rowsOf(Buffer.from(digits, 'hex'), Number(stride)));
    }
    assert.equal(Number(height), rows.length);
    return rows;
  },
  escpos(bytes) {
    const rows = [];
    let at = 2;
    assert.equal(bytes.toString('latin1', 0, 2), '\x1B@');
    for (; bytes.toString('latin1', at, at + 3) === '\x1Dv0'; ) {
      const stride = bytes.readUInt16LE(at + 4);
      const height = bytes.readUInt16LE(at + 6);
      assert.equal(bytes[at + 3], 0, 'dots as they are');
      rows.push(...rowsOf(bytes.subarray(at + 8, at + 8 + stride * height), stride));
      at += 8 + stride * height;
    }
    assert.deepEqual([...bytes.subarray(at)], [0x1B, 0x64, 3, 0x1D, 0x56, 66, 0]);
    return rows;
  },
  'brother-ql'(bytes) {
    const begin = bytes.indexOf('\x1B@');
    assert.ok(begin >= 200 && bytes.subarray(0, begin).every((byte) => byte === 0));
    const commands = [['\x1B@', 2], ['\x1Bia\x01', 4], ['\x1Biz', 13], ['\x1BiM\x40', 4], ['\x1BiA\x01', 4], ['\x1BiK\x08', 4], ['\x1Bid', 5], ['M\0', 2]];
    let at = begin;
    for (const [text, length] of commands) {
      assert.equal(bytes.toString('latin1', at, at + text.length), text);
      at += length;
    }
    const count = bytes.readUInt32LE(bytes.indexOf('\x1Biz') + 7);
    const rows = [];
    for (; bytes[at] === 0x67; at += 93) {
      assert.deepEqual([...bytes.subarray(at, at + 3)], [0x67, 0, 90]);
      rows.push(...rowsOf(bytes.subarray(at + 3, at + 93), 90).map((row) => row.reverse()));
    }
    assert.deepEqual([...bytes.subarray(at)], [0x1A]);
    assert.equal(rows.length, count);
    return rows;
  },
  dymo(bytes) {
    let at = 0;
    while (bytes[at] === 0x1B && bytes[at + 1] === 0x1B) at++;
    assert.ok(at >= 84, 'more escapes than the longest row');
    assert.equal(bytes.toString('latin1', at, at + 6), '\x1B@\x1BB\0\x1B');
    const stride = bytes[at + 7];
    assert.deepEqual([...bytes.subarray(at + 6, at + 10)], [0x44, stride, 0x1B, 0x68]);
    const rows = [];
    for (at += 10; bytes[at] === 0x16; at += 1 + stride) rows.push(...rowsOf(bytes.subarray(at + 1, at + 1 + stride), stride));
    assert.equal(bytes.toString('latin1', at), '\x1BE');
    return rows;
  },
};

/** As PBM, with an edge as of the paper around it. */
function read(rows) {
  const path = join(folder, 'paper.pbm');
  const edge = 40;
  const width = rows[0].length + 2 * edge;
  const blank = Array(edge).fill('0 '.repeat(width));
  const white = '0 '.repeat(edge);
  writeFileSync(path, `P1\n${width} ${rows.length + 2 * edge}\n${[...blank, ...rows.map((row) => white + [...row].join(' ') + ' ' + white), ...blank].join('\n')}\n`);
  return execFileSync('zbarimg', ['-q', '--raw', '--nodbus', path], { encoding: 'utf8' }).trim();
}

/** Dots in a module: the top edge of the left-hand finder is seven modules of black. */
function moduleOf(rows) {
  const top = rows.findIndex((row) => row.includes(1));
  const left = rows[top].indexOf(1);
  const run = rows[top].indexOf(0, left) - left;
  assert.equal(run % 7, 0, 'a finder of whole dots');
  const module = run / 7;
  let last = 0;
  for (let y = top; y < top + 25 * module; y++)
    for (let x = left; x < left + 25 * module; x++) {
      const same = rows[top + Math.floor((y - top) / module) * module][left + Math.floor((x - left) / module) * module];
      assert.equal(rows[y][x], same, `dot ${x}, ${y}`);
      last = x;
    }
  assert.ok(last > 0);
  return module;
}

const dpis = { zpl: [203, 300, 600], escpos: [203, 180], 'brother-ql': [300], dymo: [300] };

for (const [language, resolutions] of Object.entries(dpis))
  test(`what ${language} prints is read back, in whole dots a module`, async () => {
    for (const dpi of resolutions)
      for (const size of [20, 15, 30, ...(language === 'zpl' ? [100] : [])]) {
        const { code: exit, err } = await print(['--language', language, '--dpi', String(dpi), '--size', String(size), '--dry-run', file]);
        assert.equal(exit, 0, err);
        const rows = paper[language](readFileSync(file));
        assert.equal(read(rows), `HTTPS://FIX.EXAMPLE.NL/D/${code}`);
        const mm = (moduleOf(rows) * 25.4) / dpi;
        assert.ok(mm >= 0.33 && mm * 33 <= size + 0.01, `${dpi} ${size}: ${mm}`);
      }
  });

test('a module under 0.33 mm is refused with the size that would do, and that size does', async () => {
  for (const [language, resolutions] of Object.entries(dpis))
    for (const dpi of resolutions) {
      const args = ['--language', language, '--dpi', String(dpi), '--dry-run', join(folder, 'none')];
      const { code: exit, err } = await print([...args, '--size', '10']);
      assert.equal(exit, 2);
      assert.match(err, /^spoor-scan print: a QR of 10\.0 mm would have 0\.[0-3]\d mm a module .* say --size \d+\.\d or more\n$/);
      assert.ok(!existsSync(join(folder, 'none')));
      const enough = err.match(/--size ([\d.]+)/)[1];
      assert.equal((await print(['--language', language, '--dpi', String(dpi), '--dry-run', file, '--size', enough])).code, 0, enough);
      assert.ok((moduleOf(paper[language](readFileSync(file))) * 25.4) / dpi >= 0.33);
    }
});

test('a roll of a Brother has as many rows as its label, and what does not fit is refused', async () => {
  const brother = (...args) => print(['--language', 'brother-ql', '--dry-run', file, ...args]);
  for (const [media, kind, rows] of [['62', 0x0A], ['29', 0x0A], ['62x29', 0x0B, 271], ['29x90', 0x0B, 991], ['38x90', 0x0B, 991]]) {
    const { code: exit, err } = await brother('--media', media, '--size', media === '62x29' ? '13' : '20');
    assert.equal(exit, 0, `${media}: ${err}`);
    const bytes = readFileSync(file);
    const at = bytes.indexOf('\x1Biz');
    const [width, length = 0] = media.split('x').map(Number);
    assert.deepEqual([...bytes.subarray(at + 4, at + 7)], [kind, width, length]);
    const dots = paper['brother-ql'](bytes);
    if (rows) assert.equal(dots.length, rows);
    assert.equal(read(dots), `HTTPS://FIX.EXAMPLE.NL/D/${code}`, media);
  }
  for (const args of [['--media', '63'], ['--media', '62x'], ['--media', '62 x29'], ['--media', '-1'], ['--media', ''], ['--media', '12'], ['--media', '62x29', '--size', '40']]) {
    const { code: exit, err } = await brother(...args);
    assert.equal(exit, 2, args.join(' '));
    assert.match(err, /^spoor-scan print: .+\n$/);
  }
});

test('a printer on the network gets the bytes of the dry run, once', async () => {
  const got = [];
  const listener = createServer((socket) => {
    const parts = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('end', () => {
      got.push(Buffer.concat(parts));
      socket.end();
    });
  });
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  const printer = `127.0.0.1:${listener.address().port}`;
  try {
    for (const language of Object.keys(dpis)) {
      const { code: exit, out, err } = await print(['--language', language, '--printer', printer]);
      assert.equal(exit, 0, err);
      assert.equal(out, `7K3M9-QXFDT  sent to ${printer}\n`);
      assert.equal((await print(['--language', language, '--dry-run', file])).code, 0);
      await waitFor('what came', () => got.length > 0);
      assert.deepEqual(got.splice(0), [readFileSync(file)], language);
    }
  } finally {
    await new Promise((done) => listener.close(done));
  }
});

test('a printer that does not answer or breaks off is told, with exit code 6', async () => {
  const silent = await print(['--language', 'zpl', '--printer', `127.0.0.1:${await freePort()}`]);
  assert.equal(silent.code, 6);
  assert.match(silent.err, /^spoor-scan print: the printer 127\.0\.0\.1:\d+ does not answer: Connection refused\n$/);
  const nowhere = await print(['--language', 'zpl', '--printer', 'printer.invalid']);
  assert.equal(nowhere.code, 6);
  assert.match(nowhere.err, /^spoor-scan print: the printer printer\.invalid is not found: .+\n$/);
  const breaking = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await new Promise((done) => breaking.listen(0, '127.0.0.1', done));
  const broken = await print(['--language', 'zpl', '--printer', `127.0.0.1:${breaking.address().port}`]);
  await new Promise((done) => breaking.close(done));
  assert.equal(broken.code, 6);
  assert.match(broken.err, /^spoor-scan print: the printer 127\.0\.0\.1:\d+ broke off, .+\n$/);
});

test('a queue of CUPS gets the bytes through lp, as they are and without a shell', async () => {
  const lp = join(folder, 'lp');
  writeFileSync(lp, `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/words'\ncat > '${folder}/taken'\n[ "$2" != broken ]\n`);
  chmodSync(lp, 0o755);
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const queue = 'dymo; touch x $(id)';
  const { code: exit, err } = await print(['--language', 'dymo', '--cups', queue], env);
  assert.equal(exit, 0, err);
  assert.equal(readFileSync(join(folder, 'words'), 'utf8'), `-d\n${queue}\n-o\nraw\n`);
  assert.equal((await print(['--language', 'dymo', '--dry-run', file])).code, 0);
  assert.deepEqual(readFileSync(join(folder, 'taken')), readFileSync(file));
  assert.equal((await print(['--language', 'dymo', '--cups', 'broken'], env)).code, 6);
  assert.equal((await print(['--language', 'dymo', '--cups', 'any'], { PATH: join(folder, 'empty') })).code, 6);
});

test('what makes no sense is refused in one sentence, and nothing is written', async () => {
  const gone = join(folder, 'gone');
  for (const args of [['--language', 'pcl', '--dry-run', gone], ['--dry-run', gone], ['--language', 'zpl'], ['--language', 'zpl', '--printer', 'a', '--cups', 'b'],
    ['--language', 'zpl', '--dpi', '72', '--dry-run', gone], ['--language', 'zpl', '--media', '62', '--dry-run', gone], ['--language', 'zpl', '--size', '1000', '--dry-run', gone],
    ['--language', 'zpl', '--printer', ''], ['--language', 'zpl', '--printer', ':9100'], ['--language', 'zpl', '--printer', 'a:b'], ['--language', 'zpl', '--printer', '[::1'],
    ['--language', 'zpl', '--printer', '[::1]x'], ['--language', 'zpl', '--cups', '-o'], ...['nowhere', 'ftp://a.nl', 'https://', 'https://a.nl/?x', 'https://a b.nl', 'https://a\u0007.nl', `https://${'a'.repeat(300)}.nl`].map((at) => ['--language', 'zpl', '--server', at, '--dry-run', gone]), ['--language', 'zpl', '--dry-run', join(gone, 'x')]]) {
    const { code: exit, err } = await print(args);
    assert.equal(exit, 2, args.join(' '));
    assert.match(err, /^spoor-scan print: .+\n$/, args.join(' '));
  }
  assert.ok(!existsSync(gone));
  const misread = await run(['print', '7K3M9-QXFDA', '--server', server, '--language', 'zpl', '--dry-run', gone], {}, { program: 'spoor-scan' });
  assert.equal(misread.code, 2);
  const stranger = await run(['print', code, '--state', join(folder, 'state'), '--language', 'zpl', '--dry-run', gone], {}, { program: 'spoor-scan' });
  assert.equal(stranger.code, 3, stranger.err);
});
