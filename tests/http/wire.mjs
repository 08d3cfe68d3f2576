// Bytes on a socket: sends exactly what it is given, and splits what comes back into answers.
import { connect } from 'node:net';
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { closing } from '../support/patience.mjs';
import { waitFor } from '../support/spoord.mjs';

const build = resolve(process.env.BUILD ?? 'build/release');

/** One answer at the start of `bytes`, or null when it is not complete. */
function splitAnswer(bytes, isClosed, isHead) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [line, ...rest] = bytes.slice(0, end).split('\r\n');
  const headers = rest.map((text) => [text.slice(0, text.indexOf(':')).toLowerCase(), text.slice(text.indexOf(':') + 1).trim()]);
  const header = (name) => headers.find(([other]) => other === name)?.[1];
  const status = Number(line.split(' ')[1]);
  const answer = { line, status, headers, header, body: '', length: end + 4 };
  if (isHead || status === 304 || status === 204 || status < 200) return answer;
  if (header('transfer-encoding') === 'chunked') return splitChunks(answer, bytes);
  const length = header('content-length');
  if (length === undefined) return isClosed ? { ...answer, body: bytes.slice(end + 4), length: bytes.length } : null;
  if (bytes.length < end + 4 + Number(length)) return null;
  return { ...answer, body: bytes.slice(end + 4, end + 4 + Number(length)), length: end + 4 + Number(length) };
}

function splitChunks(answer, bytes) {
  const pieces = [];
  let at = answer.length;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return null;
    const size = parseInt(bytes.slice(at, end), 16);
    if (bytes.length < end + 2 + size + 2) return null;
    pieces.push(bytes.slice(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
    if (size === 0) return { ...answer, body: pieces.join(''), length: at };
  }
}

export class Wire {
  /** Reads all that comes; `keep` bytes of it stay (of an endless answer, a string could not hold it). */
  constructor(port, { keep = Infinity } = {}) {
    this.bytes = '';
    this.isClosed = false;
    this.listeners = new Set();
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setNoDelay(true);
    this.socket.on('data', (data) => {
      if (this.bytes.length < keep) this.bytes += data.toString('latin1');
      this.tell();
    });
    const closed = () => {
      this.isClosed = true;
      this.tell();
    };
    this.socket.on('end', closed);
    this.socket.on('error', closed);
    this.socket.on('close', closed);
  }

  tell() {
    for (const listener of [...this.listeners]) listener();
  }

  opened() {
    return new Promise((done, fail) => {
      if (!this.socket.connecting) done(this);
      this.socket.once('connect', () => done(this));
      this.socket.once('error', fail);
    });
  }

  write(bytes) {
    if (!this.socket.destroyed) this.socket.write(Buffer.from(bytes, 'latin1'), () => {});
    return this;
  }

  /** All complete answers so far; "100 Continue" counts as one. */
  answers({ isHead = false } = {}) {
    const answers = [];
    let rest = this.bytes;
    for (;;) {
      const answer = splitAnswer(rest, this.isClosed, isHead);
      if (!answer) return answers;
      answers.push(answer);
      rest = rest.slice(answer.length);
    }
  }

  /** Resolves when ready() is true; fails after the deadline, which only a hanging server reaches. */
  until(ready, what, seconds = 60) {
    return new Promise((done, fail) => {
      const finish = () => {
        if (!ready()) return;
        clearTimeout(timer);
        this.listeners.delete(finish);
        done(this);
      };
      const timer = setTimeout(() => {
        this.listeners.delete(finish);
        fail(new Error(`${what} did not come in ${seconds} s; so far: ${JSON.stringify(this.bytes.slice(0, 300))}`));
      }, seconds * 1000);
      this.listeners.add(finish);
      finish();
    });
  }

  answered(count, { seconds, ...options } = {}) {
    return this.until(() => this.isClosed || this.answers(options).length >= count, `answer ${count}`, seconds);
  }

  closed(seconds) {
    return this.until(() => this.isClosed, 'the end of the connection', seconds);
  }

  end() {
    this.socket.destroy();
  }
}

/** Sends the bytes on a new connection and gives the answers; waits for the end of the connection if `untilClosed`. */
export async function exchange(port, bytes, { count = 1, untilClosed = false, isHead = false, seconds } = {}) {
  const wire = new Wire(port).write(bytes);
  try {
    await wire.answered(count, { isHead, seconds });
    if (untilClosed) await wire.closed(seconds);
    return { answers: wire.answers({ isHead }), isClosed: wire.isClosed, bytes: wire.bytes };
  } finally {
    wire.end();
  }
}

/** A request with the headers that each needs. */
export function request(method, path, { host = 'spoor.test', headers = {}, body } = {}) {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body, 'latin1')}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** A form as a page of ours sends it. */
export function form(path, body, { headers = {}, ...rest } = {}) {
  return request('POST', path, {
    ...rest, body,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', ...headers },
  });
}

/** Starts the echo server; { port, log(), state(), stop() → exit code }. */
export async function startEcho(...options) {
  const child = spawn(join(build, 'tests/support/echo_server'), options, { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text) => (log += text.toString('latin1')));
  const hasClosed = closing(child);
  const ended = async () => (([code, signal]) => code ?? signal)(await hasClosed());
  const port = await new Promise((done, fail) => {
    createInterface({ input: child.stdout }).once('line', (line) => done(Number(line)));
    child.once('error', fail);
    child.once('exit', () => fail(new Error(`the echo server ended: ${log}`)));
  });
  return {
    port, ended,
    process: child,
    log: () => log,
    /** Resolves when the log has what is wanted; lines come after the answers. */
    async logged(pattern) {
      await waitFor(`${pattern} in the log`, () => pattern.test(log));
      return log;
    },
    async state() {
      const { answers } = await exchange(port, request('GET', '/state'));
      return JSON.parse(answers[0].body);
    },
    stop() {
      child.stdin.end();
      return ended();
    },
  };
}
