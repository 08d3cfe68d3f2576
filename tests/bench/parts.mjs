// What bench.mjs is made of: a service with its loaded database, our own clients, pgbench beside them, and the machine.
import { execFile, spawn } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync, writeSync, chmodSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build, greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

const call = promisify(execFile);
const pgbench = join('/usr/lib/postgresql', readdirSync('/usr/lib/postgresql').sort((a, b) => a - b).at(-1), 'bin/pgbench');

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
export const tell = (text) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);

function clean(more) {
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('SPOOR_'))), ...more };
}

/** One value, or a line of values with | between, of a query as the owner. */
export async function query(database, sql) {
  const { stdout } = await call('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', database, '-c', 'SET ROLE spoor_owner', '-c', sql], { env: clean({}) });
  return stdout.trim();
}

/**
 * A service on a private PostgreSQL with so many loaded events, all of them sealed; times to ready in milliseconds. Beside
 * its database stands another of the same cluster for pgbench, loaded alike: pgbench has no key to mark its events with,
 * and the sealer would rightly stand still at the first one.
 */
export async function loadedService(events, { withPeer = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-bench-'));
  chmodSync(folder, 0o755);
  const started = async (options) => {
    const begun = Date.now();
    const service = await startSpoord({ demo: false, state: folder, logFile: join(folder, 'log'), ...options });
    return { ...service, ready: Date.now() - begun };
  };
  const ready = {};
  let service;
  const stop = async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    tell(`starts a service and loads ${events} events`);
    service = await started({ demo: true, env: { SPOOR_SEAL: '0' } });
    ready.first = service.ready;
    const { link } = greeting(service.output());
    const database = `host=${join(folder, 'state/run')} dbname=spoor user=spoor_login`;
    await service.run('label', 'mint', '--count', '1000', '--batch', 'loaded');
    const loading = Date.now();
    await call('sh', ['tests/bench/load_events.sh', database, String(events)], { env: clean({ TMPDIR: folder }) });
    const loaded = (Date.now() - loading) / 1000;
    const peer = database.replace('dbname=spoor', 'dbname=peer');
    await call('createdb', ['-h', join(folder, 'state/run'), '-U', 'postgres', '-O', 'spoor_owner', 'peer'], { env: clean({}) });
    for (const args of [['migrate'], ['label', 'mint', '--count', '1000', '--batch', 'loaded'], ['token', 'add', 'bench', '--role', 'technician']]) {
      const { code, err } = await run(args, { SPOOR_DATABASE: peer, SPOOR_STATE: join(folder, 'state') });
      if (code !== 0) throw new Error(err);
    }
    if (withPeer) await call('sh', ['tests/bench/load_events.sh', peer, String(events)], { env: clean({ TMPDIR: folder }) });
    if (withPeer) await query(peer, 'VACUUM (ANALYZE)');
    const token = (await service.run('token', 'add', 'bench', '--role', 'technician')).out.match(/\S{40,}/)[0];
    await query(database, 'VACUUM (ANALYZE)');
    await service.stop();
    service = await started();
    ready.second = service.ready;
    tell('waits until the sealer has sealed what was loaded');
    const sealing = Date.now();
    await waitFor('the seal', async () => (await query(database, 'SELECT (SELECT max(size) FROM spoor.checkpoint) >= next_seq FROM spoor.ledger_head')) === 't', 3600);
    const sealed = (Date.now() - sealing) / 1000;
    const codesOf = async (of) => (await query(of, 'SELECT code FROM bench.code ORDER BY n')).split('\n');
    const codes = await codesOf(database);
    const theirs = withPeer ? { codes: await codesOf(peer), actor: await query(peer, "SELECT id FROM spoor.actor WHERE name = 'bench'") } : {};
    return { ...service, folder, stop, database, token, codes, peer, theirs, ready, loaded, sealed, page: new URL(link).pathname };
  } catch (error) {
    await stop();
    throw error;
  }
}

export const resident = (service) => Number(readFileSync(`/proc/${service.process.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

/** Our clients: mode post, get or same. Gives { per_second, median_us, p99_us, wrong, each }. */
export async function ours(service, mode, clients, warm, seconds) {
  const what = mode === 'same' ? [service.page] : service.codes;
  const { stdout } = await call(join(build, 'tests/bench/load'), [String(service.port), mode, String(clients), String(warm), String(seconds), service.token, ...what]);
  const found = Object.fromEntries([...stdout.matchAll(/(\w+)=([^ \n]*)/g)].map(([, name, value]) => [name, value]));
  return { ...found, per_second: Number(found.per_second), median_us: Number(found.median_us), p99_us: Number(found.p99_us), wrong: Number(found.wrong),
    each: found.each.split(',').map(Number), first_wrong: stdout.split('first_wrong=')[1].trim() };
}

const drawn = ({ theirs }) => `\\set n random(1, ${theirs.codes.length})\n`;
const code = ({ theirs }, n = ':n') => `('{${theirs.codes.join(',')}}'::text[])[${n}]`;

// Of version 7, as our clients make them.
const uuid = "regexp_replace(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0'), '(.{8})', '\\1-') || '-7' || substr(gen_random_uuid()::text, 16)";
const event = ({ theirs }, of) => `jsonb_build_object('event_id', ${uuid}, 'actor', '${theirs.actor}', 'kind', 'moved', 'code', ${of}, 'happened_at', now(), 'said', 8, 'mac', '\\x' || repeat('5a', 32))`;

/** pgbench's scripts: the statements that the service executes for one request, with values drawn the same way. */
export const scripts = {
  post: (service, events = 1) => `${drawn(service)}SELECT outcome FROM spoor.record_events(${events === 1 ? `jsonb_build_array(${event(service, code(service))})`
    : `(SELECT jsonb_agg(${event(service, code(service, `1 + (:n + e * 37) % ${service.theirs.codes.length}`))}) FROM generate_series(1, ${events}) e)`});\n`,
  get: (service) => drawn(service) + readFileSync('sql/queries/device_read.sql', 'utf8').replace(/^--.*\n/gm, '')
    .replaceAll('$1', code(service)).replaceAll('$2::int', '2147483647').replaceAll('$3::int', '20'),
};

/**
 * pgbench -M prepared on the peer's database. Its clients connect, plan and compile once; while it is not measured it is
 * stopped (SIGSTOP), so that rounds can alternate. measure(seconds) gives transactions a second.
 */
export async function startPeer(service, script, clients) {
  const file = join(service.folder, `pgbench-${clients}-${Date.now()}.sql`);
  writeFileSync(file, script);
  const child = spawn(pgbench, ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', '36000', '-P', '1', '-f', file, service.peer],
    { env: clean({ PGOPTIONS: '-c role=spoor_app -c jit=off' }), stdio: ['ignore', 'ignore', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  const lines = [];
  let text = '';
  child.stderr.on('data', (piece) => {
    text += piece;
    for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1)) {
      const found = text.slice(0, end).match(/^progress: ([\d.]+) s, ([\d.]+) tps/);
      if (found) lines.push(Number(found[2]));
      else if (/error|FATAL/.test(text.slice(0, end))) tell(`pgbench: ${text.slice(0, end)}\n`);
    }
  });
  const ended = new Promise((done) => child.on('exit', done));
  const peer = {
    /** Until each client has done its work some times, or for two minutes: then what it took is in the figures. */
    async warmUp() {
      await waitFor('pgbench', () => child.exitCode !== null || lines.reduce((sum, tps) => sum + tps, 0) > clients * 5, 120).catch(() => {});
      await peer.pause();
    },
    async pause() {
      child.kill('SIGSTOP');
      await sleep(700); // the statements under way come to their end
    },
    async measure(seconds) {
      child.kill('SIGCONT');
      await sleep(500);
      const first = lines.length + 1; // the report that is under way covers the pause
      await waitFor('reports of pgbench', () => child.exitCode !== null || lines.length >= first + seconds, seconds + 60);
      const counted = lines.slice(first, first + seconds);
      await peer.pause();
      return counted.reduce((sum, tps) => sum + tps, 0) / counted.length;
    },
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
      process.off('exit', end);
      unlinkSync(file);
    },
  };
  return peer;
}

/** Samples how old the oldest event is that is not sealed yet, four times a second; stop() gives { most, samples }. */
export function watchLag(service) {
  const child = spawn('psql', ['-qXAt', service.database], { env: clean({}), stdio: ['pipe', 'pipe', 'ignore'] });
  const lags = [];
  let rest = '';
  child.stdout.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) if (/^-?[\d.]+$/.test(line)) lags.push(Number(line));
  });
  child.stdin.write(`SET ROLE spoor_app;
    SELECT coalesce((SELECT extract(epoch FROM clock_timestamp() - v.recorded_at) FROM spoor.event v WHERE v.seq = (SELECT max(c.size) FROM spoor.checkpoint c)), 0)::numeric(12, 3) \\watch 0.25\n`);
  const ended = new Promise((done) => child.on('exit', done));
  return async () => {
    child.kill('SIGTERM');
    await ended;
    return { most: Math.max(0, ...lags), samples: lags.length };
  };
}

/** Median microseconds of an 8 KiB write with fdatasync in this folder. */
function syncTime(folder) {
  const path = join(folder, 'sync');
  const file = openSync(path, 'w');
  const bytes = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 200 }, () => {
    const begun = process.hrtime.bigint();
    writeSync(file, bytes, 0, bytes.length, 0);
    fdatasyncSync(file);
    return Number(process.hrtime.bigint() - begun) / 1000;
  });
  closeSync(file);
  unlinkSync(path);
  return Math.round(median(times));
}

export async function machine(service) {
  const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size', 'checkpoint_timeout', 'wal_compression', 'wal_recycle', 'max_connections', 'data_checksums'];
  const settings = await query(service.database, `SELECT string_agg(name || '=' || current_setting(name), ', ') FROM unnest('{${names}}'::text[]) AS n (name)`);
  return [
    `* ${new Date().toISOString().slice(0, 16)}Z, ${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0].toFixed(1)}, an 8 KiB write with fdatasync takes ${syncTime(service.folder)} µs`,
    `* PostgreSQL ${await query(service.database, 'SHOW server_version')}: ${settings}`,
  ];
}
