// The end of the service is quiet: whoever stops it sees that it stops, and nothing that alarms.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { startSpoord, waitFor } from '../support/spoord.mjs';

const services = [];
after(async () => {
  for (const service of services) await service.stop();
});

/** Processes of this one that have its command line, as `pgrep -f` finds them: the one that watches over PostgreSQL, too. */
function alike(pid) {
  const line = (of) => readFileSync(`/proc/${of}/cmdline`, 'latin1');
  const parent = (of) => Number(readFileSync(`/proc/${of}/stat`, 'latin1').replace(/^.*\) \S /, '').split(' ')[0]);
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((other) => {
    try {
      return other === pid || (parent(other) === pid && line(other) === line(pid));
    } catch {
      return false; // it ended meanwhile
    }
  });
}

// [who gets the signal, signal]
const ways = [['the service', 'SIGINT'], ['the service', 'SIGTERM'], ['each of its processes', 'SIGINT'], ['each of its processes', 'SIGTERM']];
for (const [who, signal] of ways)
  test(`${signal} to ${who} ends it without a warning`, { timeout: 120000 }, async () => {
    const service = await startSpoord({ demo: false });
    services.push(service);
    const busy = Array.from({ length: 40 }, () => fetch(`${service.url}/health`).then((answer) => answer.text(), () => 'cut'));
    for (const pid of who === 'the service' ? [service.process.pid] : alike(service.process.pid).sort((a, b) => b - a)) process.kill(pid, signal);
    assert.deepEqual(await service.ended, { code: 0, signal: null });
    await Promise.all(busy);
    await waitFor('its last word', () => /\nStopping\.\n$/.test(service.output()));
    const ended = service.log().slice(service.log().indexOf('msg=stopping')).split('\n').filter((line) => !line.includes('/health')).join('\n'); // which may rightly be answered 503
    assert.doesNotMatch(ended, /<[0-5]>|FATAL|ERROR|WARNING|error/, ended);
  });

test('a part that does not end does not keep it from ending: asked again, it ends at once, and its database with it', { timeout: 120000 }, async () => {
  const service = await startSpoord({ demo: false, env: { SPOOR_STATEMENT_TIMEOUT_MS: '60000' } });
  services.push(service);
  const postmaster = readFileSync(`${service.state}/state/pg/postmaster.pid`, 'utf8').split('\n')[0];
  const database = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return pid === postmaster || readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) \S /, '').split(' ')[0] === postmaster;
    } catch {
      return false; // it ended meanwhile
    }
  }).map(Number);
  for (const pid of database) process.kill(pid, 'SIGSTOP');
  const asked = Array.from({ length: 4 }, () => fetch(`${service.url}/t/00000000000000000000000000`).then((answer) => answer.status, () => 'cut'));
  try {
    await new Promise((done) => setTimeout(done, 500)); // the questions are asked
    service.process.kill('SIGTERM');
    await new Promise((done) => setTimeout(done, 3500)); // another so soon would be the same wish
    assert.equal(service.process.exitCode, null, 'it waits for the answer of the database');
    service.process.kill('SIGTERM');
    assert.notEqual((await service.ended).code, 0);
    await waitFor('why it ended', () => /does not stop by itself; it is ended" why="it was asked again"/.test(service.log()));
  } finally {
    for (const pid of database)
      try {
        process.kill(pid, 'SIGCONT');
      } catch {} // ended meanwhile
  }
  await Promise.all(asked);
  await waitFor('the end of PostgreSQL', () => !existsSync(`${service.state}/state/pg/postmaster.pid`));
});
