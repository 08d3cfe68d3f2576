// A queue of SCANS=100000 on a scanner without a network: how long and how large are scanning, start, status, export, sync.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrol, recorded } from '../support/scanner.mjs';
import { build, freePort, startSpoord } from '../support/spoord.mjs';

const count = Number(process.env.SCANS ?? 100000);
const state = mkdtempSync(join(tmpdir(), 'spoor-queue-'));
const folder = mkdtempSync(join(tmpdir(), 'spoor-scan-'));
spawnSync('chmod', ['755', state]);
const port = await freePort();
let service = await startSpoord({ state, port });
const scanner = await enrol(service, { folder });

function measure(name, args, input = '') {
  const began = process.hrtime.bigint();
  const { stdout, stderr, status } = spawnSync('/usr/bin/env', ['time', '-f', 'rss %M', join(build, 'spoor-scan'), ...args, '--state', folder], { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const resident = Number(stderr.match(/rss (\d+)/)?.[1] ?? NaN) / 1024;
  console.log(`| ${name} | ${seconds < 10 ? seconds.toFixed(3) : seconds.toFixed(1)} | ${resident.toFixed(1)} | ${status} |`);
  return stdout;
}

try {
  await service.stop();
  console.log('| what | seconds | resident MiB | exit |\n|---|---|---|---|');
  measure(`${count} scans from a pipe, no network`, ['--step', 'repair', '--stdin', '--json', '--quiet'], Array.from({ length: count }, (_, i) => `Q-${i}\n`).join(''));
  console.log(`# files: ${readdirSync(folder).map((name) => `${name} ${(statSync(join(folder, name)).size / 2 ** 20).toFixed(1)} MiB`).join(', ')}`);
  measure('one more scan: start, keep, end', ['--step', 'repair', '--stdin', '--json', '--quiet'], 'Q-more\n');
  measure('status', ['status']);
  measure('export', ['export', '--json']);
  service = await startSpoord({ state, port });
  measure('sync of all', ['sync']);
  measure('status, nothing waits', ['status']);
  const counts = await recorded(service);
  console.log(`# recorded more than once: ${[...counts.values()].filter((n) => n !== 1).length}; events: ${counts.size}`);
} finally {
  await service.stop();
  for (const path of [state, folder]) rmSync(path, { recursive: true, force: true });
}
