// Spoor against pgbench in one run on one private cluster, in alternating rounds; prints the table of README.md and ends
// with code 1 when a target is missed by more than a tenth. What can be set, in the environment:
//   EVENTS=100000       events that are loaded before; more than that: also how figures grow from 100,000 to these
//   ROUNDS=5            rounds of each measurement; the median counts
//   SECONDS_EACH=4      seconds of a round, after warming up
//   ROWS=post,get,…     only these measurements
//   LONG=600            only writes at 64 connections for so many seconds: the last minute against the first
import { loadavg } from 'node:os';
import { loadedService, machine, median, ours, query, resident, scripts, startPeer, tell, watchLag } from './parts.mjs';

const SMALL = 100_000;
const setting = (name, preset) => Number(process.env[name] || preset);
const events = setting('EVENTS', SMALL);
const rounds = setting('ROUNDS', 5);
const each = setting('SECONDS_EACH', 4);
const wanted = (name) => !process.env.ROWS || process.env.ROWS.split(',').includes(name);

// What is compared: our mode at so many connections with pgbench's script at as many clients. `at least` or `at most` of
// the ratio ours / pgbench's; for latency the ratio is of the mean times.
const comparisons = [
  { name: 'hand-offs', mode: 'post', clients: 1, most: 1.5, of: 'latency' },
  { name: 'hand-offs', mode: 'post', clients: 8 },
  { name: 'hand-offs', mode: 'post', clients: 64, least: 3.0 },
  { name: 'hand-offs', mode: 'post', clients: 256, least: 4.0 },
  { name: 'device with its last 20 events', mode: 'get', clients: 1 },
  { name: 'device with its last 20 events', mode: 'get', clients: 64, least: 0.8 },
  { name: 'unchanged tracking page', mode: 'same', clients: 64, least: 2.0, against: 'get' },
];

const results = []; // { name, value, target, missed }

function judge(name, value, { least, most }, shown) {
  const missed = (least !== undefined && value < least * 0.9) || (most !== undefined && value > most * 1.1) || Number.isNaN(value);
  results.push({ missed });
  const target = least !== undefined ? `≥ ${least}` : most !== undefined ? `≤ ${most}` : '';
  console.log(`| ${name} | ${shown.join(' | ')} | ${target} | ${target && (missed ? '**missed**' : 'met')} |`);
}

async function withPeer(service, script, clients, work) {
  const peer = await startPeer(service, script, clients);
  try {
    tell(`pgbench's ${clients} clients warm up`);
    await peer.warmUp();
    return await work(peer);
  } finally {
    await peer.stop();
  }
}

async function compare(service, { name, mode, clients, against = mode, of = 'rate', ...target }) {
  const mine = [], theirs = [];
  let wrong = 0;
  await withPeer(service, scripts[against](service), clients, async (peer) => {
    tell(`our ${clients} clients warm up`);
    await ours(service, mode, clients, 0, Math.ceil(4 + clients / 32));
    for (let round = 1; round <= rounds; round++) {
      tell(`${name} at ${clients}, round ${round} of ${rounds}`);
      const one = await ours(service, mode, clients, 2, each);
      if (one.wrong && !wrong) process.stderr.write(`  first wrong answer: ${one.first_wrong}\n`);
      wrong += one.wrong;
      mine.push(one);
      theirs.push(await peer.measure(each));
    }
  });
  const rate = median(mine.map((one) => one.per_second));
  const tps = median(theirs);
  const ratio = of === 'latency' ? tps / rate : rate / tps;
  const spread = (values) => `${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))}`;
  judge(`${name}${of === 'latency' ? ', latency' : ''}`, ratio, target, [clients, `${Math.round(rate)} (${spread(mine.map((one) => one.per_second))})`, `${Math.round(tps)} (${spread(theirs)})`,
    ratio.toFixed(2), median(mine.map((one) => one.median_us)), median(mine.map((one) => one.p99_us)), wrong]);
  if (wrong) results.push({ missed: true });
}

async function sealing(service, seconds) {
  tell(`sealing while 64 write for ${seconds} s`);
  const stop = watchLag(service);
  const load = await ours(service, 'post', 64, 2, seconds);
  const { most, samples } = await stop();
  console.log(`\nSealing at full load: ${Math.round(load.per_second)} hand-offs a second for ${seconds} s, the oldest that was not sealed was at most **${most.toFixed(2)} s** old (target ≤ 1; ${samples} looks).`);
  results.push({ missed: !(most <= 1.1) || samples < seconds });
}

// How many events one call of record_events takes: what a crowd shares.
async function calls(service) {
  const sizes = [1, 16, 128, 512];
  const rates = new Map();
  for (const size of sizes)
    await withPeer(service, scripts.post(service, size), 1, async (peer) => {
      tell(`${size} events a call`);
      rates.set(size, (await peer.measure(each)) * size);
    });
  console.log('\n| events a call of record_events, one client | 1 | 16 | 128 | 512 |\n|---|---|---|---|---|');
  console.log(`| events a second | ${sizes.map((size) => Math.round(rates.get(size))).join(' | ')} |`);
}

async function bytes(service) {
  const sizes = await query(service.database, `SELECT sum(pg_total_relation_size(c.oid)) / (SELECT count(*) FROM spoor.event),
      string_agg(c.relname || ' ' || pg_total_relation_size(c.oid) / (SELECT count(*) FROM spoor.event), ', ' ORDER BY pg_total_relation_size(c.oid) DESC)
        FILTER (WHERE c.relname IN ('event', 'opening', 'ledger_entry', 'tile')), (SELECT count(*) FROM spoor.event)
    FROM pg_class c WHERE c.relnamespace = 'spoor'::regnamespace AND c.relkind = 'r'`);
  const [each, parts, count] = sizes.split('|');
  console.log(`\nDatabase: **${Math.round(each)} bytes** an event with all indexes, entries and openings, at ${count} events (${parts}; target ≤ 1200).`);
  results.push({ missed: !(Number(each) <= 1200 * 1.1) });
}

// The same reads and writes on a small and a large ledger, in turns.
async function growth(small, large) {
  console.log(`\n| as it grows | connections | at ${SMALL}, median µs | at ${events}, median µs | ratio | target | |\n|---|---|---|---|---|---|---|`);
  for (const [name, mode] of [['hand-offs', 'post'], ['device with its last 20 events', 'get']])
    for (const clients of [1, 8]) {
      const times = [[], []];
      for (let round = 1; round <= rounds; round++)
        for (const [n, service] of [small, large].entries()) {
          tell(`${name} at ${clients}, ${n ? events : SMALL} events, round ${round}`);
          times[n].push((await ours(service, mode, clients, 2, each)).median_us);
        }
      const [one, other] = times.map(median);
      judge(name, other / one, { most: 1.2 }, [clients, one, other, (other / one).toFixed(2)]);
    }
}

async function long(service, seconds) {
  const stop = watchLag(service);
  tell(`writes at 64 connections for ${seconds} s`);
  const load = await ours(service, 'post', 64, 5, seconds);
  const { most } = await stop();
  const minutes = Array.from({ length: Math.floor(seconds / 60) }, (_, n) => load.each.slice(n * 60, n * 60 + 60).reduce((sum, count) => sum + count, 0) / 60);
  const ratio = minutes.at(-1) / minutes[0];
  console.log(`Writes at 64 connections for ${seconds} s, hand-offs a second in each minute: ${minutes.map(Math.round).join(' ')}`);
  console.log(`Last minute / first minute: **${ratio.toFixed(2)}** (target 0.85 to 1.15); wrong answers ${load.wrong}; most lag of the seal ${most.toFixed(2)} s; resident ${resident(service)} KiB.`);
  results.push({ missed: !(ratio >= 0.85 * 0.9) || load.wrong > 0 });
}

async function table(service) {
  console.log('| what | connections | Spoor /s (least–most) | pgbench tps (least–most) | ratio | Spoor median µs | p99 µs | wrong | target | |');
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const comparison of comparisons) if (wanted(comparison.mode)) await compare(service, comparison);
  if (wanted('seal')) await sealing(service, 60);
  if (wanted('calls')) await calls(service);
}

const services = [];
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('exit', () => services.forEach((service) => service.process.kill('SIGTERM')));
try {
  const small = await loadedService(SMALL);
  services.push(small);
  console.log((await machine(small)).join('\n'));
  console.log(`* ready after ${small.ready.first} ms at the first start, ${small.ready.second} ms at the second; loaded ${SMALL} events in ${small.loaded.toFixed(0)} s, sealed them in ${small.sealed.toFixed(0)} s; resident at rest ${resident(small)} KiB\n`);
  if (process.env.LONG) await long(small, Number(process.env.LONG));
  else {
    await table(small);
    console.log(`\nResident after the load: ${resident(small)} KiB; load of the machine ${loadavg()[0].toFixed(1)}.`);
    if (events > SMALL) {
      const large = await loadedService(events, { withPeer: false });
      services.push(large);
      console.log(`\n${events} events: loaded in ${large.loaded.toFixed(0)} s, sealed in ${large.sealed.toFixed(0)} s, ready after ${large.ready.second} ms.`);
      await growth(small, large);
      await bytes(large);
    } else await bytes(small);
  }
} finally {
  tell('');
  for (const service of services.splice(0)) await service.stop();
}
process.exitCode = results.some(({ missed }) => missed) ? 1 : 0;
