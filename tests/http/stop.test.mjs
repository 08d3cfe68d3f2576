// The end of the service is quiet: whoever stops it sees that it stops, and nothing that alarms.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { startSpoord } from '../support/spoord.mjs';

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
    assert.match(service.output(), /\nStopping\.\n$/);
    const ended = service.log().slice(service.log().indexOf('msg=stopping'));
    assert.doesNotMatch(ended, /<[0-5]>|FATAL|ERROR|WARNING|error/, ended);
  });
