// A scanner without a network sends later what it saw: history keeps both times, and what others did since stands.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { enrolScanner, signed } from '../support/raw_scanner.mjs';
import { Client, waitFor } from '../support/spoord.mjs';

const house = await startHouse();
const { service, demo } = house;
after(() => house.stop());

const code = demo.sticker.split('/d/')[1].replace('-', '');
const device = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code}'`);
const place = await house.sql(`SELECT l.code FROM spoor.label l JOIN spoor.party p ON p.id = l.party_id WHERE p.name = 'Bench 1'`);
const scanners = { noor: await enrolScanner(service, { account: 'noor' }), samira: await enrolScanner(service, { account: 'samira' }) };
const scan = (who, hours, more) => signed(scanners[who], { event_id: randomUUID(), code, kind: 'step', scanner_seq: scanners[who].next++,
  happened_at: new Date(Date.now() - hours * 3600e3).toISOString().replace('Z', '+00:00'), ...more });
async function post(who, events) {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${scanners[who].token}`, 'content-type': 'application/json' }, body: JSON.stringify({ events }) });
  return (await answer.json()).outcomes;
}
const people = {};
for (const login of ['noor', 'vera', 'tom']) people[login] = await new Client(service.url).signIn(login, demo.accounts[login]);
const page = async (who, path) => (await who.get(path)).text();
const order = (html, words) => words.map((word) => html.indexOf(word)).filter((at, n, all) => at >= 0 && (n === 0 || at > all[n - 1])).length === words.length;

const late = scan('noor', 3, { step: 'quality_check', place });
const counts = [];

test('what arrives after others moved on is recorded, says so, and moves nothing', async () => {
  const [ready] = await post('samira', [scan('samira', 2, { step: 'ready' })]);
  assert.deepEqual([ready.outcome, ready.flags, ready.step], ['recorded', ['late'], 'ready']);
  const before = await house.sql(`SELECT custodian_id, step FROM spoor.custody WHERE device_id = '${device}'`);
  const [outcome] = await post('noor', [late]);
  assert.deepEqual([outcome.outcome, outcome.flags, outcome.step], ['recorded', ['late', 'overtaken'], 'ready']);
  assert.match(outcome.message, /arrived late and others had moved on/);
  assert.equal(await house.sql(`SELECT custodian_id, step FROM spoor.custody WHERE device_id = '${device}'`), before);
  assert.deepEqual((await post('noor', [late])).map(({ outcome: again, flags }) => [again, flags]), [['replayed', ['late', 'overtaken']]]);
  counts.push(outcome.seq);
});

test('the owner reads the newest news first, and the late one in its place', async () => {
  const html = await (await fetch(`${demo.link}`)).text();
  assert.match(html, /<h1>Your \w+ is ready/);
  const history = html.slice(html.indexOf('id="history"'));
  assert.ok(order(history, ['<b>Ready</b>', '<b>Quality check</b>', '<b>Waiting for a part</b>']), history);
  assert.ok(!/moved on/.test(html), 'how it came is the desk\'s own affair');
});

test('technicians and auditors read both times, and what it said', async () => {
  for (const [who, path] of [['noor', `/devices/${device}`], ['vera', `/audit/devices/${device}`]]) {
    const html = await page(people[who], path);
    const row = html.slice(html.indexOf('Arrived late') - 900).match(/<tr[^>]*>(?:(?!<tr)[^])*Arrived late[^]*?<\/tr>/)[0];
    assert.match(row, /<b>Quality check<\/b>/, path);
    assert.match(row, /Arrived late: others had moved on; what is newer stands\.|Arrived late: others had moved on; it changed nothing\./, path);
    assert.match(row, /It said: Quality check · Noor de Wit/, path);
    assert.match(row, path.startsWith('/audit') ? /Recorded 3 h[^<]* after it happened/ : /recorded today/i, path);
    assert.ok(!row.includes('unusual') && !row.includes('Others had moved on before'), row);
    assert.match(await page(people[who], `${path}?lang=nl`), /Kwam laat aan: anderen waren al verder/, path);
  }
});

test('a wait that is over changes nothing, and the desk reads that', async () => {
  const [outcome] = await post('noor', [scan('noor', 2.5, { kind: 'waiting', reason: 'QUEUE' })]);
  assert.deepEqual(outcome.flags, ['late', 'overtaken']);
  const html = await page(people.noor, `/devices/${device}?lang=en`);
  assert.match(html, /<b>In the queue<\/b>(?:(?!<tr)[^])*Arrived late: others had moved on; it changed nothing\./);
});

test('a lead finds it among what is unusual, and an export says it', async () => {
  assert.match(await page(people.tom, '/exceptions'), /Others had moved on before it came/);
  const { events } = JSON.parse(await page(people.vera, `/audit/devices/${device}/json`));
  assert.deepEqual(events.filter(({ flags }) => flags.includes('overtaken')).map(({ kind }) => kind), ['waiting', 'step']);
});

test('where it was put is still news when nobody scanned a place since', async () => {
  assert.equal(await house.sql(`SELECT p.name FROM spoor.custody c JOIN spoor.party p ON p.id = c.place_id WHERE c.device_id = '${device}'`), 'Bench 1');
});

test('after an undo the pages say what stays without effect, until the device is scanned again', async () => {
  const other = await house.sql(`SELECT l.code FROM spoor.label l JOIN spoor.custody c USING (device_id) WHERE c.step = 'diagnosis' AND l.code <> '${code}' LIMIT 1`);
  const its = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${other}'`);
  const newer = scan('samira', 2, { code: other, step: 'repair' }), older = scan('noor', 3, { code: other, step: 'vendor' }), oldest = scan('noor', 4, { code: other, kind: 'moved' });
  for (const [who, event] of [['samira', newer], ['noor', older], ['noor', oldest]]) assert.equal((await post(who, [event]))[0].outcome, 'recorded');
  const seen = await house.sql(`SELECT device_seq + 1 FROM spoor.event WHERE event_id IN ('${older.event_id}', '${oldest.event_id}') ORDER BY seq`);
  const [late, moved] = seen.split('\n');
  const paths = [`/bench?device=${its}`, `/devices/${its}`];
  const undo = (who, corrects) => post(who, [signed(scanners[who], { event_id: randomUUID(), code: other, kind: 'corrected', corrects, scanner_seq: scanners[who].next++,
    happened_at: new Date().toISOString().replace('Z', '+00:00'), detail: { correction: 'did_not_occur' } })]);
  const says = async (words, dutch) => {
    for (const path of paths) {
      const both = [await page(people.noor, `${path}${path.includes('?') ? '&' : '?'}lang=en`), await page(people.noor, `${path}${path.includes('?') ? '&' : '?'}lang=nl`)];
      if (words) {
        assert.match(both[0], words, path);
        assert.match(both[1], dutch, path);
      } else for (const html of both) assert.doesNotMatch(html, /without effect|zonder gevolg|had changed nothing|had niets veranderd/, path);
    }
  };
  await says();
  await undo('noor', oldest.event_id);
  await says(new RegExp(`Record ${moved}, which was undone, came late and had changed nothing: if the device is elsewhere, scan it where it is now\\.`),
    new RegExp(`Regel ${moved}, die ongedaan is gemaakt, kwam laat aan en had niets veranderd`));
  await undo('samira', newer.event_id);
  assert.equal(await house.sql(`SELECT step FROM spoor.custody WHERE device_id = '${its}'`), 'diagnosis', 'what was overtaken is not brought back');
  await says(new RegExp(`Record ${late} came late and stays without effect, although what was newer has been undone: scan the device where it is now\\.`),
    new RegExp(`Regel ${late} kwam laat aan en blijft zonder gevolg`));
  await post('noor', [scan('noor', 0, { code: other, step: 'vendor' })]);
  await says();
});

test('it is sealed as it is; a claim that is altered shows', async () => {
  await waitFor('the seal', async () => Number((await (await fetch(`${service.url}/log/checkpoint`)).text()).split('\n')[1]) > counts[0] + 1);
  const audit = () => page(people.vera, `/audit/devices/${device}?lang=en`);
  assert.ok(!(await audit()).includes('class="altered"'));
  const detail = `SET session_replication_role = replica; UPDATE spoor.event SET detail = jsonb_set(detail, '{claimed,step}', '"repair"') WHERE event_id = '${late.event_id}';
    UPDATE spoor.opening SET value = (SELECT detail::text FROM spoor.event v WHERE v.seq = opening.seq) WHERE tag = 24 AND seq = (SELECT seq FROM spoor.event WHERE event_id = '${late.event_id}')`;
  await house.sql(detail);
  assert.match(await audit(), /class="altered"/);
  await house.sql(detail.replaceAll('{claimed,step}', '{claimed,to}'));
  assert.match(await audit(), /class="altered"/, 'also when no id stands there any more');
});
