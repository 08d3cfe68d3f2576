// Slow clients, full queues, crowds, and the end of the service. No figure here is a measurement: what is waited for
// happens however slow the machine is, and what must not happen never does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/spoord.mjs';
import { exchange, form, request, startEcho, Wire } from './wire.mjs';

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const all = (count, make) => Promise.all(Array.from({ length: count }, (_, n) => make(n)));

test('F-17: closes 500 clients that send a byte now and then', async () => {
  const echo = await startEcho('head=1000', 'whole=2000');
  const wires = await all(500, () => new Wire(echo.port).opened());
  let isOver = false;
  const drip = (async () => {
    while (!isOver) {
      for (const wire of wires) wire.write(wire.bytes ? '' : 'G');
      await pause(200);
    }
  })();
  try {
    const { answers } = await exchange(echo.port, request('GET', '/echo'));
    assert.equal(answers[0].status, 200, 'others are answered meanwhile');
    await all(500, (n) => wires[n].closed());
  } finally {
    isOver = true;
    await drip;
  }
  for (const wire of wires) wire.end();
  assert.ok((await echo.state()).closed >= 500);
  assert.equal(await echo.stop(), 0);
});

test('F-17: closes clients whose body trickles, and says 408', async () => {
  const echo = await startEcho('head=1000', 'whole=2000');
  const wires = await all(100, async () => (await new Wire(echo.port).opened()).write(form('/echo', 'a'.repeat(60000)).slice(0, -59000)));
  const timer = setInterval(() => wires.forEach((wire) => wire.write('a')), 100);
  try {
    await all(100, (n) => wires[n].closed());
  } finally {
    clearInterval(timer);
  }
  for (const wire of wires) assert.deepEqual(wire.answers().map((answer) => answer.status), [408]);
  for (const wire of wires) wire.end();
  assert.equal(await echo.stop(), 0);
});

test('F-17: frees half-closed connections', async () => {
  const echo = await startEcho('head=1000', 'whole=2000');
  const wires = await all(100, () => new Wire(echo.port).opened());
  wires.forEach((wire, n) => wire.socket.end(n % 2 ? 'GET /echo HT' : ''));
  await all(100, (n) => wires[n].closed());
  for (const wire of wires) wire.end();
  await waitFor('the end of all connections', async () => (await echo.state()).connections <= 1);
  assert.equal(await echo.stop(), 0);
});

test('closes a connection that asks nothing', async () => {
  const echo = await startEcho('head=1000');
  const silent = await new Wire(echo.port).opened();
  const done = new Wire(echo.port).write(request('GET', '/echo'));
  await done.answered(1);
  await silent.closed();
  await done.closed();
  assert.equal(await echo.stop(), 0);
});

test('F-20: answers 503 at once when the queue is full, and recovers', async () => {
  const echo = await startEcho('workers=2', 'waiting=4');
  const wires = await all(40, () => new Wire(echo.port).opened());
  for (const wire of wires) wire.write(request('GET', '/slow?ms=900'));
  await all(40, (n) => wires[n].answered(1));
  const answers = wires.map((wire) => wire.answers()[0]);
  const refused = answers.filter((answer) => answer.status === 503);
  assert.ok(refused.length >= 30, `${refused.length} were refused`);
  assert.equal(refused.length + answers.filter((answer) => answer.status === 200).length, 40);
  for (const answer of refused) assert.equal(answer.header('retry-after'), '1');
  assert.equal((await exchange(echo.port, request('GET', '/echo'))).answers[0].status, 200);
  for (const wire of wires) wire.end();
  assert.equal(await echo.stop(), 0);
});

test('lets one address have so many requests at once, and no more', async () => {
  const echo = await startEcho('requests=3');
  const wires = await all(20, () => new Wire(echo.port).opened());
  for (const wire of wires) wire.write(request('GET', '/slow?ms=900'));
  await all(20, (n) => wires[n].answered(1));
  const served = wires.filter((wire) => wire.answers()[0].status === 200).length;
  assert.ok(served >= 3 && served < 20, `${served} were served`);
  for (const wire of wires) wire.end();
  assert.equal((await exchange(echo.port, request('GET', '/echo'))).answers[0].status, 200);
  assert.equal(await echo.stop(), 0);
});

test('lets one address have so many connections, and no more', async () => {
  const echo = await startEcho('connections=5');
  const kept = await all(5, async () => {
    const wire = new Wire(echo.port).write(request('GET', '/echo'));
    return wire.answered(1);
  });
  const sixth = new Wire(echo.port).write(request('GET', '/echo'));
  await sixth.closed();
  assert.equal(sixth.bytes, '');
  for (const wire of kept) wire.end();
  await waitFor('room for another', async () => (await exchange(echo.port, request('GET', '/echo'))).answers[0]?.status === 200);
  assert.equal(await echo.stop(), 0);
});

// libmicrohttpd before 1.0.3 could forget a ready connection while another is suspended.
test('forgets no connection while half of them wait for a worker', async () => {
  const echo = await startEcho('workers=16', 'waiting=1000');
  const until = Date.now() + 6000;
  let count = 0;
  await all(200, async (n) => {
    const path = n % 2 ? '/slow?ms=40' : '/echo';
    while (Date.now() < until) {
      const wire = await new Wire(echo.port).opened();
      for (let turn = 0; turn < 20 && Date.now() < until; turn++) {
        wire.write(request('GET', path));
        await wire.answered(turn + 1);
        assert.equal(wire.answers().length, turn + 1, 'a connection was closed without its answer');
        count++;
      }
      wire.end();
    }
  });
  assert.ok(count > 1000, `${count} requests`);
  await waitFor('the end of all connections', async () => (await echo.state()).connections <= 1);
  const state = await echo.state();
  assert.equal(state.waiting, 0);
  assert.equal(await echo.stop(), 0);
});

test('F-02: finishes what runs when it is told to stop', async () => {
  const echo = await startEcho('workers=13');
  const wires = await all(12, () => new Wire(echo.port).opened());
  for (const wire of wires) wire.write(request('GET', '/slow?ms=999'));
  await waitFor('all of them to run', async () => (await echo.state()).running >= 13 || wires.some((wire) => wire.bytes));
  assert.equal(await echo.stop(), 0);
  for (const wire of wires) {
    await wire.closed();
    assert.equal(wire.answers()[0]?.status, 200);
    wire.end();
  }
});

test('ends also while streams and slow clients are there', async () => {
  const echo = await startEcho();
  const wires = await all(20, () => new Wire(echo.port, { keep: 4096 }).opened());
  wires.forEach((wire, n) => wire.write([request('GET', '/stream?lines=900000000'), 'GET /ec', form('/echo', 'a=1').slice(0, -1), ''][n % 4]));
  await wires[0].until(() => wires[0].bytes.length > 1000, 'the stream');
  echo.process.kill('SIGTERM');
  assert.equal(await echo.ended(), 0);
  for (const wire of wires) wire.end();
});
