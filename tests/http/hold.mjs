// Holds a server against a table of cases: each is one test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange, Wire } from './wire.mjs';

const PATIENCE = 60; // seconds; a server may wait 30 for a body
const isOne = (status, want) => (Array.isArray(want) ? want.includes(status) : status === want);

async function holdOne(server, one) {
  const count = one.count ?? one.want?.length ?? 1;
  const { answers, isClosed } = await exchange(server.port, one.bytes, { count, untilClosed: one.isClosed, seconds: PATIENCE });
  const statuses = answers.map((answer) => answer.status);
  if (one.want) {
    assert.equal(statuses.length, one.want.length, `answers: ${statuses}`);
    one.want.forEach((want, n) => assert.ok(isOne(statuses[n], want), `answer ${n + 1} is ${statuses[n]}, not ${want}`));
  } else if (one.isClosed) {
    assert.ok(statuses.every((status) => status >= 400), `answers: ${statuses}`);
  }
  if (one.isClosed) assert.ok(isClosed, 'the connection stayed open');
  if (one.allows) assert.match(answers[0].header('allow') ?? '', /GET/);
  if (one.keeps) assert.equal(answers[0].header('x-content-type-options'), 'nosniff');
  if (one.keeps) assert.ok(answers[0].header('content-length'));
}

/** Registers a test for each case, and a last one: the server lives. `server`: { port, host, get, gets, ... }. */
export function hold(cases, server, name) {
  for (const one of cases(server)) test(`${name} ${one.id}: ${one.says}`, () => holdOne(server, one));
  test(`${name}: answers after all that`, async () => {
    const { answers } = await exchange(server.port, `GET ${server.get} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    assert.equal(answers[0]?.status, server.gets);
  });
}

/** A request cut after each byte: whoever is gone leaves nothing behind. */
export async function holdPrefixes(server, bytes) {
  for (let length = 1; length < bytes.length; length++) {
    const wire = await new Wire(server.port).opened();
    await new Promise((done) => wire.socket.write(Buffer.from(bytes.slice(0, length), 'latin1'), done));
    wire.end();
  }
}
