// Starts a real spoord with a private PostgreSQL in a throw-away folder, and ends both by process id.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { patience } from './patience.mjs';

export const build = resolve(process.env.BUILD ?? 'build/release');

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export async function waitFor(what, ready, seconds = 60) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ready();
    if (value) return value;
    if (Date.now() > until) throw new Error(`${what} did not come within ${seconds} s`);
    await pause(50);
  }
}

// An environment that nothing of the tester's own settings reaches.
function environment(more) {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SPOOR_') && !name.startsWith('PG')));
  return { ...kept, ...more };
}

/** { demo, env, state, port, logFile } → { url, port, state, output(), process, run(args), stop(), kill(signal) } */
export async function startSpoord({ demo = true, env = {}, state, port, logFile } = {}) {
  const own = !state;
  const folder = state ?? mkdtempSync(join(tmpdir(), 'spoor-test-'));
  if (own) chmodSync(folder, 0o755);
  const chosen = port ?? (await freePort());
  const settings = environment({ SPOOR_STATE: join(folder, 'state'), SPOOR_PORT: String(chosen), ...env });
  const child = spawn(join(build, 'spoord'), ['serve', ...(demo ? ['--demo'] : [])], { env: settings, stdio: ['ignore', 'pipe', logFile ? openSync(logFile, 'a') : 'pipe'] });
  let output = '';
  let log = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr?.on('data', (text) => (log += text));
  const ended = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  const hasEnded = () => patience(ended, child);
  const url = `http://localhost:${chosen}`;
  const healthy = async () => {
    if (child.exitCode !== null) throw new Error(`spoord ended with ${child.exitCode}: ${log.slice(-2000)}`);
    try {
      return (await fetch(`${url}/health`)).ok && output.includes(url);
    } catch {
      return false;
    }
  };
  const service = {
    url, port: chosen, state: folder, process: child, ended,
    output: () => output,
    log: () => log,
    run: (...args) => run(args, settings),
    async kill(signal) {
      child.kill(signal);
      return hasEnded();
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const how = await hasEnded();
      if (!settings.SPOOR_DATABASE) await databaseGone(folder);
      if (own) rmSync(folder, { recursive: true, force: true });
      return how;
    },
  };
  try {
    await waitFor('spoord', healthy, 60);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return service;
}

function databaseGone(folder) {
  return waitFor('the end of PostgreSQL', () => !existsSync(join(folder, 'state', 'pg', 'postmaster.pid')), 30).catch(() => false);
}

/** Runs a spoord command (or another program of the build) and gives { code, out, err }. */
export function run(args, env = {}, { program = 'spoord', input } = {}) {
  return finish(spawn(join(build, program), args, { env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] }), input);
}

/** Runs a started program to its end with this input: { code, signal, out, err }. */
export function finish(child, input = '') {
  let out = '', err = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  child.stdin.on('error', () => {}); // it may have ended before it read
  child.stdin.end(input);
  return patience(new Promise((done) => child.on('close', (code, signal) => done({ code, signal, out, err }))), child);
}

/** The demo accounts and links that the greeting printed. */
export function greeting(output) {
  const accounts = Object.fromEntries([...output.matchAll(/^\s+(\S+)\s+password (\S+)/gm)].map(([, login, password]) => [login, password]));
  return { accounts, sticker: output.match(/\S+\/d\/\S+/)?.[0], link: output.match(/\S+\/t\/\S+/)?.[0] };
}

/** Each Set-Cookie of an answer; the fetch of Debian 12's Node has no getSetCookie and joins them. */
export const setCookies = ({ headers }) => headers.getSetCookie?.() ?? headers.get('set-cookie')?.split(/, (?=[^\s;,=]+=)/) ?? [];

/** A browser-like client: cookies, same-origin headers, forms. */
export class Client {
  constructor(url) {
    this.url = url;
    this.cookies = new Map();
  }

  async get(path, headers = {}) {
    return this.send(path, { headers });
  }

  get cookie() {
    return [...this.cookies].map((pair) => pair.join('=')).join('; ');
  }

  async send(path, { headers = {}, ...rest } = {}) {
    const answer = await fetch(this.url + path, { redirect: 'manual', ...rest, headers: { ...(this.cookie && { cookie: this.cookie }), ...headers } });
    for (const line of setCookies(answer)) {
      const [name, value] = line.split(';')[0].split('=');
      this.cookies.set(name, value);
    }
    return answer;
  }

  async post(path, fields, headers = {}) {
    return this.send(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'sec-fetch-site': 'same-origin', origin: this.url, ...headers },
    });
  }

  async signIn(login, password) {
    const answer = await this.post('/sign-in', { login, password });
    if (answer.status !== 303) throw new Error(`cannot sign in as ${login}: ${answer.status} ${await answer.text()}`);
    return this;
  }

  /** The hidden form token of a page. */
  async token(path) {
    const html = await (await this.get(path)).text();
    return html.match(/name="token"[^>]*value="([^"]+)"/)?.[1] ?? '';
  }
}
