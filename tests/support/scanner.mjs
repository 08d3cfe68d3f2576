// Scanners that are enrolled at a real service, and a bad network between them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, freePort, run } from './spoord.mjs';
export { finish } from './spoord.mjs';

export const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));

/** Enrols with a code; many scanners of one address: the service rightly asks for patience. */
export async function enrolPatiently(scan, url, once) {
  let enrolled = await scan(['enroll', url, once]);
  for (let tries = 0; /tried too often/.test(enrolled.err) && tries < 40; tries++) {
    await new Promise((done) => setTimeout(done, 3000));
    enrolled = await scan(['enroll', url, once]);
  }
  assert.equal(enrolled.code, 0, enrolled.err);
}

/** A newly enrolled scanner with a state folder of its own. start(args, before): `before` starts it, such as strace. */
export async function enrol(service, { url = service.url, folder = mkdtempSync(join(tmpdir(), 'spoor-scan-')), name = folder.split('/').at(-1) } = {}) {
  const once = (await service.run('scanner', 'add', name, '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const scan = (args, input) => run([...args, '--state', folder], {}, { program: 'spoor-scan', input });
  await enrolPatiently(scan, url, once);
  return {
    folder, scan,
    start: (args, before = []) => {
      const [file, ...rest] = [...before, join(build, 'spoor-scan'), ...args, '--state', folder];
      return spawn(file, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    },
    status: async () => JSON.parse((await scan(['status', '--json'])).out),
    export: async () => lines((await scan(['export', '--json'])).out),
  };
}

/** What the ledger holds: Map of event_id → how often. */
export async function recorded(service) {
  service.audit ??= (await service.run('token', 'add', 'audit of scans', '--role', 'auditor')).out.trim();
  const answer = await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${service.audit}` } });
  const counts = new Map();
  for (const { event_id } of lines(await answer.text())) counts.set(event_id, (counts.get(event_id) ?? 0) + 1);
  return counts;
}

/**
 * A network that loses requests and answers, doubles requests, and delivers copies of old ones late and out of order.
 * { url, calm(), storm(), counts, settled(), stop() }
 */
export async function badNetwork(target) {
  const ways = ['double', 'lose answer', 'pass', 'lose request', 'pass'];
  const counts = { requests: 0, requestsLost: 0, answersLost: 0, doubled: 0, late: 0 };
  const pending = new Set();
  let isCalm = true;
  const forward = (incoming, body) => new Promise((done, fail) => {
    const outgoing = request(target() + incoming.url, { method: incoming.method, headers: { ...incoming.headers, host: new URL(target()).host, connection: 'close' } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', fail);
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    outgoing.on('error', fail);
    outgoing.setTimeout(120000, () => outgoing.destroy(new Error('no answer')));
    outgoing.end(body);
  });
  const later = (incoming, body, ms) => {
    const one = new Promise((done) => setTimeout(done, ms)).then(() => forward(incoming, body)).catch(() => {}).finally(() => pending.delete(one));
    pending.add(one);
  };
  const handle = async (incoming, body, out) => {
    const turn = isCalm ? 'pass' : ways[counts.requests % ways.length];
    counts.requests++;
    if (turn === 'lose request') return counts.requestsLost++, later(incoming, body, Math.random() * 4000), out.socket.destroy(); // it arrives, but late
    if (turn === 'lose answer') return counts.answersLost++, await forward(incoming, body), out.socket.destroy();
    const copies = turn === 'double' ? 2 : 1;
    if (copies === 2) counts.doubled++, counts.late++, later(incoming, body, Math.random() * 4000);
    const [answer] = await Promise.all(Array.from({ length: copies }, () => forward(incoming, body)));
    out.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, out) => {
    const parts = [];
    incoming.on('data', (part) => parts.push(part));
    incoming.on('end', () => handle(incoming, Buffer.concat(parts), out).catch(() => out.socket?.destroy()));
  });
  const port = await freePort();
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://localhost:${port}`, counts,
    calm: () => (isCalm = true),
    storm: () => (isCalm = false),
    settled: async () => { while (pending.size) await Promise.all(pending); },
    stop: () => { server.closeAllConnections(); server.close(); },
  };
}
