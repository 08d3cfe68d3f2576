// A scanner that goes on scanning while the network loses, doubles and reorders, and the service restarts.
// SPOOR_STORM=600 (seconds; make storm) for the long form.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { closing } from '../support/patience.mjs';
import { badNetwork, enrol, lines, recorded } from '../support/scanner.mjs';
import { freePort, startSpoord, waitFor } from '../support/spoord.mjs';

const seconds = Number(process.env.SPOOR_STORM ?? 12);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

test(`${seconds} s of lost requests, lost answers, doubles, late copies and restarts: every scan is recorded once`, { timeout: (seconds + 240) * 1000 }, async (t) => {
  const state = mkdtempSync(join(tmpdir(), 'spoor-storm-'));
  chmodSync(state, 0o755);
  const port = await freePort();
  let service = await startSpoord({ state, port });
  const network = await badNetwork(() => `http://localhost:${port}`);
  const scanner = await enrol(service, { url: network.url });
  let live;
  try {
    network.storm();
    const until = Date.now() + seconds * 1000;
    const told = new Map();
    let restarts = 0, scans = 0, nextRestart = Date.now() + seconds * 300;
    const allHappened = () => restarts > 0 && Object.values(network.counts).every((count) => count > 0);
    while (Date.now() < until || !allHappened()) { // scanner after scanner: some end by themselves, some are killed
      let out = '';
      live = scanner.start(['--step', 'repair', '--stdin', '--json', '--quiet']);
      const ended = closing(live);
      live.stdout.on('data', (text) => (out += text));
      live.stdin.on('error', () => {});
      const turn = Date.now() + 2000 + Math.random() * 4000;
      while (Date.now() < turn) {
        live.stdin.write(`STORM-${scans++}\n`);
        await pause(20 + Math.random() * 80);
      }
      if (Math.random() < 0.5) live.kill('SIGKILL');
      else live.stdin.end();
      await ended();
      for (const line of lines(out.slice(0, out.lastIndexOf('\n') + 1))) {
        assert.ok(line.event_id, JSON.stringify(line));
        told.set(line.event_id, line.code); // first that it waits, perhaps, then that it was recorded
      }
      if (Date.now() > nextRestart) {
        nextRestart += seconds * 300;
        await service.kill(restarts++ % 2 ? 'SIGTERM' : 'SIGKILL');
        service = await startSpoord({ state, port });
      }
    }
    network.calm();
    await network.settled();
    await waitFor('an empty queue', async () => (await scanner.scan(['sync'])).code === 0, 120);
    const { waiting, needs_attention } = await scanner.status();
    assert.deepEqual([waiting, needs_attention], [0, 0]);
    const counts = await recorded(service);
    const lost = [...told.keys()].filter((id) => !counts.has(id));
    const doubled = [...counts.values()].filter((count) => count !== 1);
    assert.deepEqual([lost, doubled], [[], []]);
    assert.ok(told.size > seconds, `${told.size} scans told`);
    t.diagnostic(`${told.size} scans told, ${restarts} restarts of the service, ${JSON.stringify(network.counts)}; 0 lost, 0 doubled`);
  } finally {
    live?.kill('SIGKILL');
    network.stop();
    await service.stop();
    for (const path of [state, scanner.folder]) rmSync(path, { recursive: true, force: true });
  }
});
