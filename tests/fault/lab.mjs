// A throw-away PostgreSQL whose superuser attacks the ledger, sealers with folders of their own, and an auditor at home.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closing } from '../support/patience.mjs';
import { build, run, startSpoord } from '../support/spoord.mjs';

export const root = process.getuid() === 0;
export const thorough = process.env.SPOOR_FAULTS === 'all';

/** A folder that the user postgres may write, too, when the tests run as root. */
export function newFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `spoor-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

const owner = (path) => root && execFileSync('chown', ['-R', 'postgres:', path]);

/** { folder, sql(database, text), database(name), stop() } */
export function startPostgres() {
  const folder = newFolder('fault');
  execFileSync('sh', ['tests/support/postgres.sh', 'start', join(folder, 'db')], { env: { ...process.env, BUILD: build }, stdio: ['ignore', 'pipe', 'ignore'] });
  const socket = join(folder, 'db');
  const psql = (database, user, text) =>
    execFileSync('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-h', socket, '-U', user, '-d', database], { input: text, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();
  return {
    folder,
    data: join(socket, 'pg'),
    /** As the superuser, with the triggers that stop accidents out of the way. */
    sql: (database, text) => psql(database, 'postgres', `SET session_replication_role = replica; SET search_path = spoor, pg_catalog; ${text}`),
    conninfo: (database) => `host=${socket} dbname=${database} user=spoor_login`,
    stop: () => {
      execFileSync('sh', ['tests/support/postgres.sh', 'stop', socket], { env: { ...process.env, BUILD: build } });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const tables = ['event', 'event_kind', 'opening', 'notice', 'custody', 'party', 'ledger_head', 'ledger_entry', 'checkpoint', 'tile', 'sealing', 'delivery'];

/** A ledger: its database, the service's state and the sealer's folder. */
export class Ledger {
  constructor(postgres, name = 'spoor') {
    Object.assign(this, { postgres, name, state: join(postgres.folder, `state-${name}`) });
    mkdirSync(this.state, { recursive: true });
    owner(this.state);
    this.seal = join(this.state, 'seal');
  }

  get env() {
    return { SPOOR_DATABASE: this.postgres.conninfo(this.name), SPOOR_STATE: this.state, SPOOR_SEAL_STATE: this.seal, SPOOR_LOG_NAME: 'fault.test/spoor' };
  }

  sql(text) {
    return this.postgres.sql(this.name, text);
  }

  spoord(...args) {
    return run(args, this.env);
  }

  /** Another database with the same content, with a copy of the folders. Nobody may be connected to this one. */
  copy(name) {
    this.postgres.sql('postgres', `CREATE DATABASE "${name}" TEMPLATE "${this.name}" OWNER spoor_owner`);
    const copy = new Ledger(this.postgres, name);
    rmSync(copy.state, { recursive: true });
    cpSync(this.state, copy.state, { recursive: true, preserveTimestamps: true });
    owner(copy.state);
    return copy;
  }

  /** Remembers database and folder for reset(). Much faster than a copy. */
  remember() {
    this.sql(`CREATE SCHEMA kept; ${tables.map((name) => `CREATE TABLE kept.${name} AS TABLE spoor.${name};`).join(' ')}`);
    cpSync(this.seal, `${this.seal}.kept`, { recursive: true });
  }

  reset() {
    this.sql(tables.map((name) => `DELETE FROM spoor.${name}; INSERT INTO spoor.${name} SELECT * FROM kept.${name};`).join(' '));
    this.restoreFolder(`${this.seal}.kept`);
  }

  restoreFolder(from) {
    rmSync(this.seal, { recursive: true, force: true });
    cpSync(from, this.seal, { recursive: true });
    this.own();
  }

  /** After files were put into its folders. */
  own() {
    owner(this.state);
  }

  /** Puts a text into a file; gives its path. */
  keep(name, text) {
    const path = join(this.state, name);
    writeFileSync(path, text);
    owner(this.state);
    return path;
  }

  drop() {
    this.postgres.sql('postgres', `DROP DATABASE IF EXISTS "${this.name}" WITH (FORCE)`);
    rmSync(this.state, { recursive: true, force: true });
  }

  /** A service on this ledger that records, and seals only when told to. */
  serve({ demo = false, env = {} } = {}) {
    return startSpoord({ demo, env: { SPOOR_SEAL: '0', ...this.env, SPOOR_STATE: this.state, ...env }, state: this.state });
  }

  sealOnce() {
    return this.spoord('seal', '--once');
  }

  async key() {
    return (await this.spoord('key', 'show')).out.trim();
  }

  sealedSize() {
    return Number(this.sql('SELECT coalesce(max(size), 0) FROM checkpoint'));
  }

  alarm() {
    return this.sql("SELECT message FROM sealing WHERE state = 'alarm'");
  }

  /** What an auditor finds at home: { code, findings }. */
  async audit(key, ...more) {
    const folder = newFolder('bundle');
    try {
      const written = await this.spoord('export-bundle', join(folder, 'b'));
      assert.equal(written.code, 0, written.err);
      const { code, out, err } = await run(['bundle', join(folder, 'b'), '--key', key, '--json', ...more], {}, { program: 'spoor-verify' });
      assert.ok(code !== 2 || more.length, err);
      const findings = out.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line)).map((line) => line.code ?? line.finding).filter(Boolean);
      return { code, findings, out: out + err };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** A program in the background: { child, ended, output() }. */
export function background(args, env, { program = join(build, 'spoord'), before = [] } = {}) {
  const [file, ...rest] = [...before, program, ...args];
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SPOOR_') && !name.startsWith('PG')));
  const child = spawn(file, rest, { env: { ...kept, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const closed = closing(child);
  const ended = async () => (([code, signal]) => ({ code, signal }))(await closed());
  return { child, ended, output: () => output };
}

/** Sends events; gives the outcomes. */
export async function record(service, token, events) {
  const answer = await fetch(`${service.url}/api/v1/events`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ events }),
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()).outcomes;
}

export const move = (code, more = {}) => ({ event_id: randomUUID(), code, kind: 'moved', happened_at: new Date().toISOString(), ...more });

export const shell = promisify(execFile);
