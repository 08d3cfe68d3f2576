// Commands beside a service, and where there is none: what they find, what they make, what they print.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run } from '../support/spoord.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-beside-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

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
