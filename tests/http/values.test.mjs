// List C of bad input: values, through the API and the forms of the real service.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client } from '../support/spoord.mjs';
import { exchange, request } from './wire.mjs';

const house = await startHouse();
const { service, demo } = house;
after(() => house.stop());

const token = (await service.run('token', 'add', 'values', '--role', 'technician')).out.trim();
const auditToken = (await service.run('token', 'add', 'reader', '--role', 'auditor')).out.trim();
const desk = await new Client(service.url).signIn('samira', demo.accounts.samira);
const lead = await new Client(service.url).signIn('tom', demo.accounts.tom);
const auditor = await new Client(service.url).signIn('vera', demo.accounts.vera);
const formToken = await desk.token('/intake');
const leadToken = await lead.token('/labels');
const code = demo.sticker.split('/d/')[1];
const plain = code.replace('-', '');
const device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${plain}'`);
const host = `localhost:${service.port}`;

const event = (more = {}) => ({ event_id: randomUUID(), code, kind: 'note', private_note: 'as it was', ...more });
const send = (body) =>
  fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body });
const post = (one) => send(JSON.stringify({ events: [one] }));
const postRaw = async (path, body, headers) => (await exchange(service.port, request('POST', path, { host, body, headers }))).answers[0];
const json = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
const formHeaders = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', Cookie: desk.cookie };
const intake = (more = {}) => ({ token: formToken, event_id: randomUUID(), model: 'X', owner_name: 'Ann', problem: 'p', ...more });

/** Does what is wrong, wants these answers, and wants nothing stored. */
function refused(name, tries) {
  test(name, async () => {
    const counts = await house.counts();
    for (const [what, ask, ...statuses] of tries) {
      const answer = await ask();
      const text = answer.body && typeof answer.body === 'string' ? answer.body : await answer.text();
      assert.ok((statuses.length ? statuses : [400]).includes(answer.status), `${what}: ${answer.status} ${text.slice(0, 500)}`);
      assert.ok(text.length > 20, `${what} is told what is wrong`);
      assert.doesNotMatch(text, /SELECT |spoor\.[a-z]|pg_|psql|libpq|\/tmp\/|JSON_[A-Z]/, `${what} is told nothing of the inside`);
    }
    assert.equal(await house.counts(), counts);
  });
}

const broken = { 'a lone byte': '\xff', 'an overlong NUL': '\xc0\x80', 'a surrogate': '\xed\xa0\x80', 'more than Unicode': '\xf4\x90\x80\x80', 'a cut sequence': '\xe2\x82' };
const percent = (bytes) => [...bytes].map((byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
refused('C40: text that is not UTF-8 goes no further', Object.entries(broken).flatMap(([what, bytes]) => [
  [`${what} in JSON`, () => postRaw('/api/v1/events', `{"events":[{"event_id":"${randomUUID()}","code":"${code}","kind":"note","public_note":"${bytes}"}]}`, json)],
  [`${what} in a form`, () => postRaw('/intake', `token=${formToken}&event_id=${randomUUID()}&model=X&owner_name=Ann&problem=${percent(bytes)}`, formHeaders)],
  [`${what} in an address`, () => desk.get(`/bench?code=${percent(bytes)}`)],
]));

refused('C41: NUL is no text', [
  ['in JSON', () => send(`{"events":[{"event_id":"${randomUUID()}","code":"${code}","kind":"note","public_note":"a\\u0000b"}]}`)],
  ['in a form', () => postRaw('/intake', `token=${formToken}&event_id=${randomUUID()}&model=X&owner_name=A%00&problem=p`, formHeaders)],
  ['in an address', () => desk.get('/bench?code=%00')],
]);

const turning = { 'a bidi override': '\u202e', 'a bidi isolate': '\u2066', 'a zero-width space': '\u200b', 'a line separator': '\u2028', 'a byte order mark': '\ufeff' };
refused('C42: names have no symbols that turn or hide', Object.entries(turning).map(([what, symbol]) =>
  [what, () => desk.post('/intake', intake({ owner_name: `Ann${symbol}Lee` }))]));
test('C42: in a note they stay, and are shown apart from what stands around', async () => {
  for (const symbol of Object.values(turning)) {
    const [outcome] = (await (await post(event({ public_note: `before ${symbol}after` }))).json()).outcomes;
    assert.equal(outcome.outcome, 'recorded');
    const page = await (await auditor.get(`/audit/devices/${device}`)).text();
    assert.match(page, new RegExp(`<bdi>[^<]*before ${symbol}after`, 'u'));
  }
});

test('C43: a note has 2,000 symbols, however many bytes each has', async () => {
  for (const symbol of ['x', 'é', '😀', 'e\u0301']) {
    const note = symbol.repeat(2000 / [...symbol].length);
    assert.equal((await (await post(event({ public_note: note }))).json()).outcomes[0].outcome, 'recorded', symbol);
    const page = await desk.post('/bench/record', { token: formToken, event_id: randomUUID(), device_id: device, kind: 'note', public_note: note });
    assert.equal(page.status, 303, `${symbol}: ${await page.text()}`);
  }
});
refused('C43: one more is too many', ['x', 'é', '😀', '\u0301'].flatMap((symbol) => [
  [`${symbol} in JSON`, () => post(event({ public_note: symbol.repeat(2001) }))],
  [`${symbol} in a form`, () => desk.post('/bench/record', { token: formToken, event_id: randomUUID(), device_id: device, kind: 'note', public_note: symbol.repeat(2001) }), 400, 413],
  [`a million of ${symbol}`, () => postRaw('/api/v1/events', symbol.repeat(1e6), json), 413],
]));

const payloads = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', 'javascript:alert(1)', '</textarea><svg onload=alert(1)>', '{{7*7}}', '{% raw %}', '${7*7}', '%n%s%x',
  "'; DROP TABLE spoor.event; --", "\\'", '$$', "U&'\\0027'", '<!--', ']]>', '&amp;lt;', '\\u003cscript\\u003e', "' OR 1=1 --", '`id`', '../../etc/passwd', '\u2028<b>'];
test('C44, X-01, T-01: what is typed comes back as the same text, and as nothing else', async () => {
  const ids = [];
  for (const note of payloads) {
    const one = event({ public_note: note });
    ids.push(one.event_id);
    assert.equal((await (await post(one)).json()).outcomes[0].outcome, 'recorded', note);
  }
  const told = await (await fetch(`${service.url}/api/v1/events?since=0`, { headers: { authorization: `Bearer ${auditToken}` } })).text();
  const notes = new Map(told.trim().split('\n').map((line) => JSON.parse(line)).map(({ event_id, public_note }) => [event_id, public_note]));
  assert.deepEqual(ids.map((id) => notes.get(id)), payloads);
  for (const [who, path] of [[auditor, `/audit/devices/${device}`], [new Client(service.url), new URL(demo.link).pathname], [desk, `/devices/${device}`]]) {
    const page = await (await who.get(path)).text();
    assert.ok(page.includes('&lt;script&gt;alert(1)'), path);
    assert.ok(page.includes('{{7*7}}') && page.includes('${7*7}'), path);
    assert.doesNotMatch(page, /<script>alert|<img src=x|<svg onload|href="javascript|<!--/, path);
  }
});

const formulas = ['=HYPERLINK("http://evil","x")', '+1', '-1', '@SUM(A1)', '\t=1', '"=1', '\ufeff=1', '＝1', '＋1', '－1', '＠x', ';=1', 'plain, "quoted"'];
test('C45, X-03: no cell of an export is a formula, and each holds the text that was typed', async () => {
  for (const note of formulas) assert.equal((await (await post(event({ public_note: note }))).json()).outcomes?.[0]?.outcome, 'recorded', note);
  const csv = await (await auditor.get(`/audit/devices/${device}/csv`)).text();
  const [head, ...rows] = readCsv(csv);
  const column = head.indexOf('public_note');
  assert.ok(column >= 0, head.join());
  const cells = rows.map((row) => row[column]);
  for (const row of rows) for (const cell of row) assert.doesNotMatch(cell, /^[=+\-@\t\r\0＝＋－＠]/, cell);
  for (const note of formulas.filter((text) => text !== '\t=1')) assert.ok(cells.some((cell) => cell === note || cell === `'${note}`), note);
});

/** RFC 4180, every field quoted. */
function readCsv(text) {
  const rows = [];
  let row = [];
  for (const [, cell, end] of text.replace(/^\ufeff/, '').matchAll(/"((?:[^"]|"")*)"(,|\r\n|$)/g)) {
    row.push(cell.replaceAll('""', '"'));
    if (end !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows.filter((cells) => cells.length > 1);
}

refused('C46: controls are no text', ['\u001b[2J', '\u0007', '\u0085', '\u007f'].flatMap((bytes) => [
  [`${escape(bytes)} in JSON`, () => post(event({ public_note: bytes }))],
  [`${escape(bytes)} in a form`, () => desk.post('/intake', intake({ problem: bytes }))],
]));

const numbers = ['-1', '1e3', '0x1', ' 1', '1.0', '٣', '9223372036854775808', '1 ', '+1', '١'];
refused('C47: a number is written with digits', [
  ...numbers.map((text) => [`count ${text}`, () => lead.post('/labels', { token: leadToken, name: 'n', count: text })]),
  ['count 0', () => lead.post('/labels', { token: leadToken, name: 'n', count: '0' })],
  ...numbers.map((text) => [`since ${text}`, () => fetch(`${service.url}/api/v1/events?since=${encodeURIComponent(text)}`, { headers: { authorization: `Bearer ${auditToken}` } })]),
  ...numbers.map((text) => [`before ${text}`, () => auditor.get(`/audit?before=${encodeURIComponent(text)}`)]),
  ...['-1', '0', '1.5', '1e3', '"1"', '9223372036854775808', '01', '0x1'].map((text) => [`scanner_seq ${text}`, () => send(`{"events":[{"event_id":"${randomUUID()}","code":"${code}","kind":"note","scanner_seq":${text}}]}`)]),
]);

const id = randomUUID();
refused('C48: a key is a UUID in one form', [`{${id}}`, id.replaceAll('-', ''), '00000000-0000-0000-0000-000000000000', '7d444840-9dc0-11d1-b245-5ffdce74fad2', id.slice(1), `${id}0`, '', `${id}\n`, id.replace(/.$/, 'g')]
  .flatMap((text) => [[`${text} in JSON`, () => post(event({ event_id: text }))], [`${text} in a form`, () => desk.post('/intake', intake({ event_id: text }))]]));
test('C48: capitals are the same key', async () => {
  const one = event();
  await post(one);
  assert.equal((await (await post({ ...one, event_id: one.event_id.toUpperCase() })).json()).outcomes[0].outcome, 'replayed');
});

refused('C49: a time is a real one, with its zone', ['2026-11-26T24:01:00Z', '2026-11-26T23:59:61Z', '2026-02-30T10:00:00Z', '2026-11-26T10:00:00+99:99', '0000-11-26T10:00:00Z', '10000-11-26T10:00:00Z', '2026-11-26T10:00:00', '2147483648', '2026-11-26', 'now', '']
  .map((text) => [text, () => post(event({ happened_at: text }))]));
refused('C49: so is a day', ['2026-02-30', '2026-13-01', '26-11-2026', 'tomorrow', '0000-01-01', '99999-01-01'].flatMap((text) => [
  [`expected ${text} at intake`, () => desk.post('/intake', intake({ expected_on: text }))],
  [`expected ${text} at the bench`, () => desk.post('/bench/record', { token: formToken, event_id: randomUUID(), device_id: device, kind: 'eta', expected_on: text }), 400, 409],
]));
test('C49, 73: a clock that is wrong is kept and marked', async () => {
  for (const happened_at of ['2038-01-19T03:14:08Z', '1999-01-01T00:00:00Z'])
    assert.ok((await (await post(event({ happened_at }))).json()).outcomes[0].flags.includes('clock_suspect'), happened_at);
});

test('C50: a code is read however it is written', async () => {
  const shapes = [plain.toLowerCase(), ` ${plain.slice(0, 5)} ${plain.slice(5)} `, plain.replaceAll('0', 'o').replaceAll('1', 'l'), plain.replaceAll('0', 'O').replaceAll('1', 'I'), `HTTPS://FIX.EXAMPLE.NL/D/${plain}`, `/d/${plain}`];
  for (const shape of shapes) {
    const page = await (await desk.get(`/bench?code=${encodeURIComponent(shape)}`)).text();
    assert.match(page, /Dell Latitude 7440/, shape);
    assert.equal((await (await post(event({ code: shape }))).json()).outcomes[0].outcome, 'recorded', shape);
  }
});
test('C51: what is not our label opens nothing', async () => {
  const counts = await house.counts();
  for (const text of ['A'.repeat(25), 'A'.repeat(27), 'https://evil.example/x/7K3M9QXFDT', 'upi://pay?pa=a@b', 'WIFI:T:WPA;S:x;P:y;;', 'SPOOR:UNDO', 'javascript:alert(1)', 'BEGIN:VCARD', '00000-00000']) {
    const answer = await desk.get(`/bench?code=${encodeURIComponent(text)}`);
    const page = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.match(page, /role="alert"|class="error|problem/, `${text}: ${page.slice(-2500)}`);
    assert.ok(!page.includes(`href="${text}`) && !page.includes(`src="${text}`), text);
  }
  assert.equal((await desk.get(`/bench?code=${'A'.repeat(201)}`)).status, 400);
  assert.equal(await house.counts(), counts);
});

test('C53: a step of another name is refused, and one that is unusual is kept', async () => {
  const outcome = async (more) => (await (await post(event({ kind: 'step', ...more }))).json()).outcomes[0];
  for (const step of ['nonsense', 'Diagnosis', 'DIAGNOSIS', ' diagnosis']) assert.equal((await outcome({ step })).outcome, 'refused', step);
  assert.equal((await outcome({ step: 'ready' })).outcome, 'recorded');
  assert.equal((await outcome({ step: 'ready' })).outcome, 'recorded');
  assert.ok((await outcome({ step: 'intake' })).flags.includes('unusual_step'));
  const back = (await (await post({ event_id: randomUUID(), code: 'NEVER-SEEN-BEFORE-1', kind: 'returned' })).json()).outcomes[0];
  assert.ok(back.flags.includes('unknown_device'), JSON.stringify(back));
});

test('C72: each event of a batch has its own outcome', async () => {
  const twice = event({ kind: 'moved' });
  const batch = [twice, event({ kind: 'step', step: 'nonsense' }), twice, ...Array.from({ length: 97 }, () => event({ kind: 'moved' }))];
  const { outcomes } = await (await send(JSON.stringify({ events: batch }))).json();
  assert.deepEqual(outcomes.slice(0, 3).map(({ outcome }) => outcome), ['recorded', 'refused', 'replayed']);
  assert.ok(outcomes.slice(3).every(({ outcome }) => outcome === 'recorded'));
});

test('46: the log has one line for each record, whatever was sent', () => {
  assert.doesNotMatch(service.log(), /[\x00-\x09\x0b-\x1f\x7f]|alert\(1\)/);
  for (const line of service.log().trim().split('\n')) assert.match(line, /^<\d>[a-z]+=/, line);
});
