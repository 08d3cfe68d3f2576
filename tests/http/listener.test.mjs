// What a handler sees, and what goes with every answer.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { exchange, form, request, startEcho, Wire } from './wire.mjs';

const echo = await startEcho('whole=3000', 'piece=1000');
after(async () => assert.equal(await echo.stop(), 0));

const get = async (path, headers, options) => (await exchange(echo.port, request('GET', path, { headers }), options)).answers[0];
const post = async (path, body, headers) => (await exchange(echo.port, form(path, body, { headers }))).answers[0];
const lines = (answer) => answer.body.split('\n');

test('decodes fields of address and form once', async () => {
  const answer = await post('/echo?x=%2541+b', 'name=J%C3%BCrgen+%2B+1&note=%2500');
  assert.deepEqual(lines(answer).filter((line) => /^(query|form)/.test(line)), ['query x=%41 b', 'form name=J\xc3\xbcrgen + 1', 'form note=%00']);
});

test('decodes the parts of an address once', async () => {
  assert.ok(lines(await get('/devices/a%2520b')).includes('part a%20b'));
  assert.ok(lines(await get('/devices/a+b')).includes('part a+b'));
});

test('reads printed addresses without case, others with', async () => {
  assert.ok(lines(await get('/D/7K3M9-QXFDT')).includes('part 7K3M9-QXFDT'));
  assert.ok(lines(await get('/t/abc')).includes('part abc'));
  assert.equal((await get('/ECHO')).status, 404);
  assert.equal((await get('/Devices/x')).status, 404);
});

test('speaks the language of the address, else of the browser', async () => {
  assert.ok(lines(await get('/echo')).includes('language en'));
  assert.ok(lines(await get('/echo', { 'Accept-Language': 'nl' })).includes('language nl'));
  assert.ok(lines(await get('/echo?lang=en', { 'Accept-Language': 'nl' })).includes('language en'));
  assert.ok(lines(await get('/echo?lang=xx', { 'Accept-Language': 'nl' })).includes('language nl'));
});

test('answers HEAD as GET without the body', async () => {
  const [head] = (await exchange(echo.port, request('HEAD', '/echo'), { isHead: true })).answers;
  const whole = await get('/echo');
  assert.equal(head.status, 200);
  assert.equal(Number(head.header('content-length')), whole.body.length + 1);
});

test('answers on the same connection after HEAD', async () => {
  const { bytes } = await exchange(echo.port, request('HEAD', '/echo') + request('GET', '/nope'), { count: 2, isHead: true });
  assert.match(bytes, /^HTTP\/1\.1 200 OK[^]*\r\n\r\nHTTP\/1\.1 404 Not Found/);
});

test('sends nothing of a long answer after its HEAD', async () => {
  const { bytes } = await exchange(echo.port, request('HEAD', '/stream?lines=10'), { untilClosed: true, isHead: true });
  assert.match(bytes, /^HTTP\/1\.1 200 OK[^]*\r\n\r\n$/);
  assert.equal(bytes.indexOf('\r\n\r\n'), bytes.length - 4);
});

test('sends the security headers with every answer', async () => {
  for (const path of ['/echo', '/nope', '/fail', '/mine', '/fixed', '/tagged', '/stream?lines=1', '/state']) {
    const answer = await get(path);
    assert.match(answer.header('content-security-policy'), /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; manifest-src 'self'; worker-src 'self'; require-trusted-types-for 'script'$/, path);
    assert.equal(answer.header('x-content-type-options'), 'nosniff', path);
    assert.equal(answer.header('referrer-policy'), 'no-referrer', path);
    assert.equal(answer.header('cross-origin-opener-policy'), 'same-origin', path);
    assert.equal(answer.header('cross-origin-resource-policy'), 'same-origin', path);
    assert.match(answer.header('permissions-policy'), /^camera=\(self\)/, path);
    assert.ok(answer.header('content-type'), path);
    assert.equal(answer.header('server'), undefined, path);
    assert.equal(answer.header('strict-transport-security'), undefined, path);
    assert.equal(new Set(answer.headers.map(([name]) => name)).size, answer.headers.length, 'a header stands there twice');
  }
});

test('lets only what never changes be kept', async () => {
  assert.equal((await get('/echo')).header('cache-control'), 'no-store');
  assert.equal((await get('/nope')).header('cache-control'), 'no-store');
  assert.equal((await get('/fixed')).header('cache-control'), 'public, max-age=31536000, immutable');
  assert.equal((await get('/tagged')).header('cache-control'), 'private, no-cache');
});

test('keeps search engines from labels and links', async () => {
  for (const path of ['/t/abc', '/T/abc', '/d/abc', '/d/', '/t/abc/def']) assert.equal((await get(path)).header('x-robots-tag'), 'noindex', path);
  assert.equal((await get('/echo')).header('x-robots-tag'), undefined);
});

test('sends an unchanged page once', async () => {
  const first = await get('/tagged');
  const again = await get('/tagged', { 'If-None-Match': first.header('etag') });
  assert.match(first.header('etag'), /^"[0-9a-f]{32}"$/);
  assert.equal(again.status, 304);
  assert.equal(again.header('etag'), first.header('etag'));
  assert.equal((await get('/tagged', { 'If-None-Match': '"other"' })).status, 200);
});

test('splits no header, whatever a handler was given', async () => {
  const answer = await get('/fixed');
  assert.equal(answer.header('x-bad'), undefined);
  assert.equal(answer.header('content-disposition'), 'attachment; filename="..fixedX-Bad1.txt"');
  assert.equal(answer.body, 'fixed bytes');
});

test('redirects after a form', async () => {
  const answer = await get('/moved');
  assert.equal(answer.status, 303);
  assert.equal(answer.header('location'), '/echo');
});

test('says nothing of the inside when it fails', async () => {
  const answer = await get('/fail');
  assert.equal(answer.status, 500);
  assert.doesNotMatch(answer.body, /secret_table|half a page/);
  assert.match(answer.body, new RegExp(answer.header('x-request-id')));
  await echo.logged(new RegExp(`"request failed" id=${answer.header('x-request-id')}.*secret_table`));
});

test('logs one line a request, with the pattern and never the secret', async () => {
  const answer = await get('/t/verysecretlink?lang=nl');
  assert.equal(answer.status, 200);
  await get('/t/verysecretlink/more');
  await get('/nope%1b%5b2J');
  const last = await get('/echo');
  await echo.logged(new RegExp(last.header('x-request-id')));
  const own = echo.log().split('\n').filter((line) => line.includes(answer.header('x-request-id')));
  assert.equal(own.length, 1);
  assert.match(own[0], /method=GET route=\/t\/\{link\} status=200 ms=[0-9.]+ id=[0-9a-f]{16} actor=/);
  assert.doesNotMatch(echo.log(), /verysecretlink/);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(echo.log(), /[\x00-\x09\x0b-\x1f\x7f]/);
});

test('refuses whoever is not signed in, and whoever may not', async () => {
  assert.equal((await get('/mine')).status, 401);
  assert.equal((await get('/mine', { Cookie: 'sid=ada' })).status, 200);
  assert.equal((await get('/lead', { Cookie: 'sid=ada' })).status, 403);
  assert.equal((await get('/local')).status, 200);
});

test('keeps the doors apart', async () => {
  assert.equal((await get('/api/v1/echo', { Cookie: 'sid=ada' })).status, 401);
  assert.equal((await get('/api/v1/echo', { Authorization: 'Bearer ada' })).status, 200);
  assert.equal((await get('/api/v1/echo', { Authorization: 'Bearer eve' })).status, 401);
  assert.equal((await get('/api/v1/echo')).header('www-authenticate'), 'Bearer');
  assert.equal((await get('/mine', { Authorization: 'Bearer ada' })).status, 401);
  assert.ok(lines(await get('/api/v1/echo', { Authorization: 'Bearer ada', Cookie: 'sid=x' })).includes('cookie -'));
  const json = (type) => exchange(echo.port, request('POST', '/api/v1/echo', { body: '{}', headers: { Authorization: 'Bearer ada', 'Content-Type': type } }));
  assert.equal((await json('application/json')).answers[0].status, 200);
  assert.equal((await json('application/x-www-form-urlencoded')).answers[0].status, 415);
});

test('believes no cookie that came twice', async () => {
  assert.equal((await get('/mine', { Cookie: 'sid=ada; sid=ada' })).status, 401);
  assert.equal((await get('/mine', { Cookie: 'other=1; sid=ada;x=y' })).status, 200);
  assert.equal((await get('/mine', { Cookie: 'sid="ada"' })).status, 401);
  assert.equal((await get('/mine', { Cookie: 'xsid=ada' })).status, 401);
});

test('D58: takes a form only from its own page with the token of the session', async () => {
  const send = async (body, headers) =>
    (await exchange(echo.port, request('POST', '/mine', { body, headers: { 'Content-Type': 'application/x-www-form-urlencoded', Cookie: 'sid=ada', ...headers } }))).answers[0].status;
  const ours = { 'Sec-Fetch-Site': 'same-origin' };
  assert.equal(await send('token=right-token', ours), 200);
  assert.equal(await send('token=right-token', { Origin: 'http://spoor.test' }), 200);
  for (const token of ['', 'token=', 'token=wrong-token', 'token=right-toke', 'token=right-tokenx', 'Token=right-token', 'token=RIGHT-TOKEN'])
    assert.equal(await send(token, ours), 403, token);
  for (const headers of [{}, { Origin: 'null' }, { Origin: 'http://spoor.test:81' }, { Origin: 'https://spoor.test' }, { Origin: 'http://evil' }, { Origin: 'http://spoor.test.evil' },
    { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { 'Sec-Fetch-Site': 'none' }, { 'Sec-Fetch-Site': '' }, { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://spoor.test' }])
    assert.equal(await send('token=right-token', headers), 403, JSON.stringify(headers));
});

test('D58: refuses a foreign form of somebody who is not signed in', async () => {
  assert.equal((await post('/echo', 'a=1')).status, 200);
  assert.equal((await post('/echo', 'a=1', { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
});

test('checks values and names the field', async () => {
  const says = async (body) => {
    const answer = await post('/checked', body);
    return `${answer.status} ${answer.body.trim()}`;
  };
  assert.match(await says('title=A&note=x%0D%0Ay&device=0190A0B0-0000-7000-8000-00000000000A'), /^200 title A\nnote 3\ndevice 0190a0b0-0000-7000-8000-00000000000a$/);
  assert.match(await says('title='), /^400 Title is missing/);
  assert.match(await says('title=+'), /^400 Title is missing/);
  assert.match(await says(`title=${'%F0%9F%98%80'.repeat(40)}`), /^200/);
  assert.match(await says(`title=${'%F0%9F%98%80'.repeat(41)}`), /^400 Title has 41 characters; at most 40 fit/);
  assert.match(await says(`title=a&note=${'x'.repeat(2000)}`), /^200/);
  assert.match(await says(`title=a&note=${'x'.repeat(2001)}`), /^400 Note/);
  assert.match(await says('title=a%0Ab'), /^400 Title has control/);
  assert.match(await says('title=a%C2%85b'), /^400 Title has control/);
  assert.match(await says('title=a%E2%80%AEb'), /^400 Title has control/);
  for (const uuid of ['x', '{0190a0b0-0000-7000-8000-00000000000a}', '0190a0b0000070008000000000000000a', '00000000-0000-0000-0000-000000000000', '0190a0b0-0000-7000-8000-00000000000', '0190a0b0-0000-7000-8000-00000000000aa'])
    assert.match(await says(`title=a&device=${uuid}`), /^400 Device is not/, uuid);
});

test('A-04: refuses a field that the form does not have', async () => {
  for (const extra of ['role=admin', 'actor=1', 'recorded_at=2020', 'seq=1'])
    assert.equal((await post('/checked', `title=a&${extra}`)).status, 400, extra);
  assert.equal((await post('/checked?role=admin', 'title=a')).status, 400);
  assert.equal((await post('/checked?lang=nl', 'title=a')).status, 200);
});

test('takes a body up to its limit', async () => {
  assert.equal((await post('/small', `a=${'b'.repeat(14)}`)).status, 200);
  assert.equal((await post('/small', `a=${'b'.repeat(15)}`)).status, 413);
  assert.ok(lines(await post('/echo', `a=${'b'.repeat(65534)}`)).includes('body 65536'));
  assert.equal((await post('/checked', '')).status, 400);
});

test('answers a body that is too large before its end, and the answer arrives while the client still sends', async () => {
  const bytes = form('/small', 'a'.repeat(1e6));
  for (let round = 0; round < 100; round++) {
    const { answers } = await exchange(echo.port, bytes, { untilClosed: true });
    assert.equal(answers[0]?.status, 413, `round ${round}`);
  }
});

test('A23: invites a body that was announced, and waits for it', async () => {
  const wire = new Wire(echo.port).write(form('/echo', 'a=1', { headers: { Expect: '100-continue' } }).slice(0, -3));
  await wire.answered(1);
  assert.equal(wire.answers()[0].status, 100);
  wire.write('a=1');
  await wire.answered(2);
  assert.equal(wire.answers()[1].status, 200);
  wire.end();
});

test('answers POST without length with 411', async () => {
  assert.equal((await exchange(echo.port, request('POST', '/echo'))).answers[0].status, 411);
});

test('names the methods that an address takes', async () => {
  const wrong = async (method, path) => (await exchange(echo.port, request(method, path, { body: '' }))).answers[0];
  assert.equal((await wrong('DELETE', '/echo')).header('allow'), 'GET, HEAD, POST');
  assert.equal((await wrong('POST', '/lead')).header('allow'), 'GET, HEAD');
  assert.equal((await wrong('PUT', '/small')).header('allow'), 'POST');
  assert.equal((await wrong('POST', '/nope')).status, 404);
});

test('keeps a connection after 404 and 403', async () => {
  const { answers } = await exchange(echo.port, request('GET', '/nope') + request('GET', '/lead', { headers: { Cookie: 'sid=ada' } }) + request('GET', '/echo'), { count: 3 });
  assert.deepEqual(answers.map((answer) => answer.status), [404, 403, 200]);
});

test('writes a long answer whole and in order', async () => {
  const answer = await get('/stream?lines=50000');
  const all = lines(answer);
  assert.equal(all.length, 50002);
  assert.equal(all[0], 'first');
  all.slice(1, -1).forEach((line, n) => assert.equal(line, `line ${50000 - n} of a long answer`));
});

test('80: cuts an answer that fails half way', async () => {
  const { bytes, isClosed } = await exchange(echo.port, request('GET', '/stream?lines=3000&fails=1'), { untilClosed: true });
  assert.ok(isClosed);
  assert.match(bytes, /line 3000 of/);
  assert.doesNotMatch(bytes, /\r\n0\r\n\r\n$/);
  await echo.logged(/stream ended with 0 left/);
});

test('81: ends a long answer that its reader left', async () => {
  const wire = await new Wire(echo.port, { keep: 4096 }).opened();
  wire.write(request('GET', '/stream?lines=900000000'));
  await wire.until(() => wire.bytes.length > 1000, 'the beginning');
  wire.end();
  await echo.logged(/stream ended with [1-9][0-9]+ left/);
});

test('81: cuts a long answer whose reader stands still', async () => {
  const wire = await new Wire(echo.port).opened();
  wire.socket.pause();
  wire.write(request('GET', '/stream?lines=800000000'));
  await echo.logged(/stream ended with 7[0-9]{8} left/);
  wire.end();
});

test('answers HTTP/1.0 and then closes', async () => {
  const { answers, isClosed } = await exchange(echo.port, 'GET /stream?lines=3 HTTP/1.0\r\nHost: spoor.test\r\n\r\n', { untilClosed: true });
  assert.ok(isClosed);
  assert.match(answers[0].body, /^first\nline 3.*\nline 2.*\nline 1 of a long answer\n$/s);
});

test('serves this machine under its own name', async () => {
  for (const host of [`localhost:${echo.port}`, `127.0.0.1:${echo.port}`, `LOCALHOST:${echo.port}`, 'SPOOR.test'])
    assert.equal((await exchange(echo.port, request('GET', '/echo', { host }))).answers[0].status, 200, host);
  assert.equal((await exchange(echo.port, request('GET', '/echo', { host: 'localhost' }))).answers[0].status, 421);
});

test('answers a client that closed its half', async () => {
  const wire = await new Wire(echo.port).opened();
  wire.socket.end(request('GET', '/slow?ms=50'));
  await wire.closed();
  wire.end();
  assert.equal((await get('/echo')).status, 200);
});
