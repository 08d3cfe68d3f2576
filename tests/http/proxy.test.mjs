// Behind a proxy, and with https in front.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { exchange, form, request, startEcho } from './wire.mjs';

const behind = await startEcho('proxy=127.0.0.1', 'secure=1');
const direct = await startEcho('proxy=192.0.2.1');
after(async () => assert.deepEqual(await Promise.all([behind.stop(), direct.stop()]), [0, 0]));

const address = async (server, headers) => {
  const { answers } = await exchange(server.port, request('GET', '/echo', { headers }));
  return answers[0].body.match(/^address (.*)$/m)[1];
};

test('believes the last hop that its proxy names', async () => {
  assert.equal(await address(behind, { 'X-Forwarded-For': '198.51.100.9' }), '198.51.100.9');
  assert.equal(await address(behind, { 'X-Forwarded-For': '10.0.0.1, 198.51.100.9' }), '198.51.100.9');
  assert.equal(await address(behind, { 'X-Forwarded-For': '2001:db8::7' }), '2001:db8::7');
  assert.equal(await address(behind, { 'X-Forwarded-For': '198.51.100.9, junk' }), '127.0.0.1');
  assert.equal(await address(behind, {}), '127.0.0.1');
});

test('believes nobody else', async () => {
  assert.equal(await address(direct, { 'X-Forwarded-For': '198.51.100.9' }), '127.0.0.1');
});

test('takes nobody behind the proxy for this machine', async () => {
  const local = async (headers) => (await exchange(behind.port, request('GET', '/local', { headers }))).answers[0].status;
  assert.equal(await local({}), 401);
  assert.equal(await local({ 'X-Forwarded-For': '127.0.0.1' }), 401);
  assert.equal((await exchange(behind.port, request('GET', '/echo', { host: `localhost:${behind.port}` }))).answers[0].status, 421);
});

test('A9: answers one request of each connection', async () => {
  const two = `GET /echo HTTP/1.1\r\nHost: spoor.test\r\n: x\r\n\r\n${request('GET', '/echo')}`;
  for (const bytes of [two, two.replace(': x', '\0: x'), request('GET', '/echo') + request('GET', '/echo')]) {
    const { answers, isClosed } = await exchange(behind.port, bytes, { untilClosed: true });
    assert.equal(answers.length, 1);
    assert.ok(isClosed);
  }
});

test('tells browsers to come by https', async () => {
  const { answers } = await exchange(behind.port, request('GET', '/echo'));
  assert.equal(answers[0].header('strict-transport-security'), 'max-age=63072000; includeSubDomains');
  assert.equal(answers[0].header('connection'), 'close');
});

test('takes forms from the https page only', async () => {
  const from = async (origin) => (await exchange(behind.port, form('/echo', 'a=1', { headers: { Origin: origin } }).replace('Sec-Fetch-Site: same-origin\r\n', ''))).answers[0].status;
  assert.equal(await from('https://spoor.test'), 200);
  assert.equal(await from('http://spoor.test'), 403);
});
