// Who may record which kind of event through the API; each kind with each role, over real HTTP.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { enrolScanner, signed } from '../support/raw_scanner.mjs';
import { Client } from '../support/spoord.mjs';

const house = await startHouse();
const { service, demo } = house;
after(() => house.stop());

const code = demo.sticker.split('/d/')[1].replace('-', '');
const bench = ['step', 'moved', 'handed_over', 'waiting', 'waiting_ended', 'note', 'offered', 'accepted', 'refused', 'returned', 'corrected'];
const desk = ['announced', 'received', 'question', 'answer', 'eta', 'label_linked'];
const lead = ['label_revoked', 'closed', 'reopened'];
const nobody = ['registered', 'erased'];
const may = { scanner: bench, technician: [...bench, ...desk], lead: [...bench, ...desk, ...lead] };

const tokens = { scanner: await enrolScanner(service, { account: 'noor' }) };
for (const role of ['technician', 'lead']) tokens[role] = { token: (await service.run('token', 'add', `kinds-${role}`, '--role', role)).out.trim() };

async function post(role, events) {
  const who = tokens[role];
  const body = JSON.stringify({ events: events.map((e) => ({ event_id: randomUUID(), code, ...e })).map((e) => (role === 'scanner' ? signed(who, { ...e, scanner_seq: who.next++ }) : e)) });
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' }, body });
  assert.equal(answer.status, 200);
  return (await answer.json()).outcomes;
}

test('the table of kinds is whole, and the description of the API says the same', async () => {
  const kinds = (await house.sql('SELECT name FROM spoor.event_kind')).split('\n');
  assert.deepEqual([...may.lead, ...nobody].sort(), kinds.sort());
  const said = readFileSync('server/site/static/openapi.yaml', 'utf8').replace(/\s+/g, ' ');
  for (const list of [`Scanners, technicians and leads: ${bench.join(', ')}.`, `Technicians and leads: ${desk.join(', ')}.`, `Leads: ${lead.join(', ')}.`, `Only the service itself: ${nobody.join(', ')}.`])
    assert.ok(said.includes(list), list);
});

for (const role of ['scanner', 'technician', 'lead'])
  test(`of a ${role}, a kind that is not theirs is refused in one sentence and leaves no trace; its neighbours are recorded`, async () => {
    const notTheirs = [...may.lead, ...nobody].filter((kind) => !may[role].includes(kind));
    const before = await house.sql(`SELECT count(*) FROM spoor.event WHERE kind = ANY ('{${notTheirs}}')`);
    const outcomes = await post(role, notTheirs.flatMap((kind) => [{ kind: 'note', public_note: kind }, { kind, detail: { label: code } }]));
    notTheirs.forEach((kind, n) => {
      assert.equal(outcomes[2 * n].outcome, 'recorded', `beside ${kind}`);
      assert.equal(outcomes[2 * n + 1].outcome, 'refused', kind);
      const who = nobody.includes(kind) ? 'the service itself' : lead.includes(kind) ? 'a lead' : 'a technician or a lead';
      assert.equal(outcomes[2 * n + 1].message, `only ${who} may record an event of the kind '${kind}'`);
    });
    assert.equal(await house.sql(`SELECT count(*) FROM spoor.event WHERE kind = ANY ('{${notTheirs}}')`), before);
    assert.equal(await house.sql(`SELECT revoked_at IS NULL FROM spoor.label WHERE code = '${code}'`), 't');
  });

for (const role of ['scanner', 'technician', 'lead'])
  test(`of a ${role}, every kind that is theirs reaches the ledger, which alone judges what it says`, async () => {
    for (const kind of may[role]) {
      const [{ outcome, message }] = await post(role, [{ kind }]);
      assert.ok(outcome === 'recorded' || !/^only /.test(message), `${kind}: ${message}`);
    }
    const [{ message }] = await post(role, [{ kind: 'nonsense' }]);
    assert.equal(message, 'there is no kind of event with this name');
  });

test('what somebody may not record they may not take back either; a lead may', async () => {
  const closed = randomUUID();
  const [{ outcome }] = await post('lead', [{ event_id: closed, kind: 'closed' }]);
  assert.equal(outcome, 'recorded');
  const undo = { kind: 'corrected', corrects: closed, detail: { correction: 'did_not_occur' } };
  for (const role of ['scanner', 'technician']) {
    const [refused] = await post(role, [undo]);
    assert.deepEqual([refused.outcome, refused.message], ['refused', "only a lead may correct an event of the kind 'closed'"]);
  }
  const desk = await new Client(service.url).signIn('samira', demo.accounts.samira);
  const device_id = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code}'`);
  const form = { token: await desk.token('/bench'), event_id: randomUUID(), device_id, kind: 'corrected', corrects: closed };
  assert.equal((await desk.post('/bench/record', form)).status, 403, 'nor on the bench');
  assert.equal((await post('lead', [undo]))[0].outcome, 'recorded');
});

test('what was undone is not undone again by a click, which hears so; a scan that says it again is kept, flagged, and changes nothing', async () => {
  const step = randomUUID();
  assert.deepEqual((await post('technician', [{ kind: 'step', step: 'diagnosis' }, { event_id: step, kind: 'step', step: 'repair' }])).map(({ outcome }) => outcome), ['recorded', 'recorded']);
  const desk = await new Client(service.url).signIn('samira', demo.accounts.samira);
  const device_id = await house.sql(`SELECT device_id FROM spoor.label WHERE code = '${code}'`);
  const form = { token: await desk.token('/bench'), device_id, kind: 'corrected', corrects: step };
  const clicks = await Promise.all([1, 2].map(() => desk.post('/bench/record', { ...form, event_id: randomUUID() })));
  assert.deepEqual(clicks.map(({ status }) => status).sort(), [303, 409]);
  assert.match(await clicks.find(({ status }) => status === 409).text(), /this was undone already; nothing changed/);
  const dutch = await desk.post('/bench/record?lang=nl', { ...form, event_id: randomUUID() });
  assert.match(await dutch.text(), /dit was al ongedaan gemaakt; er is niets veranderd/);
  const state = () => house.sql(`SELECT step, custodian_id FROM spoor.custody WHERE device_id = '${device_id}'`);
  const before = await state();
  assert.match(before, /^diagnosis/);
  const [again] = await post('scanner', [{ kind: 'corrected', corrects: step, detail: { correction: 'did_not_occur' } }]);
  assert.deepEqual([again.outcome, again.flags, again.message], ['recorded', ['unusual_step'], 'this was undone before: it is kept, and nothing changed']);
  assert.equal(await state(), before);
  assert.equal(await house.sql(`SELECT count(*) FROM spoor.event WHERE corrects = '${step}'`), '2');
  const lead = await new Client(service.url).signIn('tom', demo.accounts.tom);
  assert.match(await (await lead.get('/exceptions?lang=en')).text(), /It was undone before; nothing changed/);
  assert.match(await (await lead.get('/exceptions?lang=nl')).text(), /Het was al ongedaan gemaakt; er veranderde niets/);
});

test('a label is revoked once: a second time is refused, and the first time stands', async () => {
  const label = await house.sql(`SELECT code FROM spoor.label WHERE device_id = (SELECT device_id FROM spoor.alias WHERE value = '5CG4101ABC')`);
  const revoke = () => post('lead', [{ code: '5CG4101ABC', kind: 'label_revoked', detail: { label } }]);
  assert.equal((await revoke())[0].outcome, 'recorded');
  const first = await house.sql(`SELECT revoked_at FROM spoor.label WHERE code = '${label}'`);
  const [{ outcome, message }] = await revoke();
  assert.deepEqual([outcome, message], ['refused', 'this label was revoked already']);
  assert.equal(await house.sql(`SELECT revoked_at FROM spoor.label WHERE code = '${label}'`), first);
});
