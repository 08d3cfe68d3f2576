// Commands beside a service, and where there is none: what they find, what they make, what they print.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run, startSpoord } from '../support/spoord.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-beside-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

const service = await startSpoord();
const state = join(service.state, 'state');
after(() => service.stop());
// What somebody has who only knows the folder: no address, no port.
const beside = async (args, env = {}) => {
  const { code, out, err } = await run(args, { SPOOR_STATE: state, ...env });
  assert.equal(code, 0, `${args}: ${err}`);
  return out;
};

const shown = async (env) => (await beside(['label', 'show', '7K3M9-QXFDT'], env)).toLowerCase().match(/\S+(?=\/d\/7k3m9qxfdt\n)/)?.[0]; // a QR code is smaller in capitals

const exitOf = async (meaning) => Number((await run(['--help'])).out.match(new RegExp(`^ +(\\d) +${meaning}`, 'm'))[1]);

test('where there is no Spoor a command says so, with the exit code of the help, and makes nothing', async () => {
  const empty = join(folder, 'empty');
  const commands = [['account', 'add', 'piet', '--role', 'technician'], ['account', 'list'], ['label', 'mint'], ['scanner', 'add', 'Bench'], ['token', 'list'], ['device', 'show', '8XK2LT3'],
    ['repair', 'list'], ['migrate'], ['migrate', '--check'], ['seal', '--once'], ['key', 'rotate', '--yes'], ['backup', join(folder, 'copy')]];
  const notFound = await exitOf('not found');

  mkdirSync(empty);
  for (const state of [join(folder, 'none'), empty, join(folder, 'empty/deeper/still')])
    for (const args of commands) {
      const { code, out, err } = await run(args, { SPOOR_STATE: state });
      assert.equal(err.slice(err.indexOf(': ') + 2), `there is no Spoor in ${state}; set SPOOR_STATE to its folder, or start one with spoord serve\n`);
      assert.equal(code, notFound, `${args}: ${out}`);
      assert.equal(out, '');
    }
  assert.deepEqual(readdirSync(folder), ['empty']);
  assert.ok(!existsSync(join(empty, 'deeper')) && readdirSync(empty).length === 0);
});

test('what commands print beside a service leads to that service', async () => {
  assert.equal(await shown(), service.url);
  assert.match(await beside(['scanner', 'add', 'Bench 9']), new RegExp(`enroll ${service.url} \\S+\n`));
  assert.match(await beside(['settings']), new RegExp(`^SPOOR_BASE_URL=${service.url} .*as spoord serve last served`, 'm'));

  await beside(['label', 'mint', '--count', '2', '--batch', 'beside']);
  await beside(['label', 'sheet', '--batch', 'beside', '--out', join(folder, 'sheet.pdf')]);
  execFileSync('pdftoppm', ['-r', '200', '-png', join(folder, 'sheet.pdf'), join(folder, 'sheet')]);
  const read = execFileSync('zbarimg', ['-q', '--raw', ...readdirSync(folder).filter((name) => name.endsWith('.png')).map((name) => join(folder, name))], { encoding: 'utf8' });
  assert.deepEqual(read.trim().split('\n').map((line) => line.replace(/[^/]*$/, '').toLowerCase()), Array(2).fill(`${service.url}/d/`), read);
});

test('the line that the greeting prints is enough to run commands beside the service', () => {
  const line = service.output().match(/^ {2}(export .+)$/m)[1];
  const told = (path) => execFileSync('sh', ['-c', `${line}\nspoord label show 7K3M9-QXFDT && spoord label list`], { env: { PATH: path }, encoding: 'utf8' }).toLowerCase();
  assert.match(told('/usr/bin:/bin'), new RegExp(`  ${service.url}/d/7k3m9qxfdt\n[^]*beside`));
});

test('a port that is in use is said so, with another to choose', async () => {
  const { code, err } = await run(['serve'], { SPOOR_STATE: join(folder, 'second'), SPOOR_DATABASE: `host=${join(state, 'run')} dbname=spoor user=spoor_login`, SPOOR_SEAL: '0', SPOOR_PORT: String(service.port) });
  assert.equal(err.split('\n').at(-2), `spoord serve: port ${service.port} is in use by another program; choose another: make run PORT=${service.port + 1}, or spoord serve --port ${service.port + 1}`);
  assert.equal(code, await exitOf('not possible in the present state'));
  assert.ok(!existsSync(join(folder, 'second/address')), 'it serves nothing');
});

test('an address or a port that is given wins over what the service remembered', async () => {
  assert.equal(await shown({ SPOOR_BASE_URL: 'https://fix.example.nl' }), 'https://fix.example.nl');
  assert.equal(await shown({ SPOOR_PORT: '9123' }), 'http://localhost:9123');
});

test('the service that serves now is the one that is remembered, and a damaged file is as none', async () => {
  const kept = join(state, 'address');
  const { uid, mode } = statSync(kept);
  assert.deepEqual([uid, mode & 0o777], [statSync(state).uid, 0o600]);
  assert.deepEqual(readdirSync(state).filter((name) => name.startsWith('address')), ['address'], 'no part of one is left');
  for (const text of ['', 'http://localhost:81', 'ftp://localhost:81\n', 'http://localhost:81/x\n', `http://${'x'.repeat(300)}\n`]) {
    writeFileSync(kept, text);
    assert.equal(await shown(), 'http://localhost:8080', text);
  }
  const { url, state: room } = service;
  service.process.kill('SIGTERM');
  await service.ended;
  const again = await startSpoord({ state: room, demo: false });
  assert.notEqual(again.url, url);
  assert.equal(await shown(), again.url);
  await again.stop();
  assert.equal(await shown(), again.url, 'also while none serves');
});
