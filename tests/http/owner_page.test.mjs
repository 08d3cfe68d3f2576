// What the owner reads on the tracking page, whatever happened at the desk.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client } from '../support/spoord.mjs';

let house, lead, token, devices = 0;

before(async () => {
  house = await startHouse({ SPOOR_SEAL: '0' });
  lead = await new Client(house.service.url).signIn('tom', house.demo.accounts.tom);
  token = (await house.service.run('token', 'add', 'owner-page', '--role', 'lead')).out.trim();
}, { timeout: 120_000 });
after(() => house?.stop());

const ofDevice = (serial) => `device_id = (SELECT device_id FROM spoor.alias WHERE value = '${serial}')`;

/** Takes a laptop in: { serial, device, link, tell(event) }. */
async function takeIn(more = {}) {
  const serial = `OWNER-${++devices}`;
  const receipt = await (await lead.post('/intake', { token: await lead.token('/intake'), event_id: randomUUID(), device_id: '', make: 'Dell', model: 'Latitude', serial, asset_tag: '', label: '',
    owner_name: `Jo ${serial}`, owner_email: '', problem: 'p', condition: '', accessories: '', expected_on: '', ...more })).text();
  const link = receipt.match(/http:[^<"]*(\/t\/[0-9A-Z]{26})/)?.[1];
  assert.ok(link, receipt.slice(0, 3000));
  const tell = async (event) => {
    const answer = await fetch(`${house.service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ events: [{ event_id: randomUUID(), code: serial, ...event }] }) });
    const [outcome] = (await answer.json()).outcomes;
    assert.equal(outcome.outcome, 'recorded', outcome.message);
  };
  return { serial, link, tell, device: await house.sql(`SELECT device_id FROM spoor.alias WHERE value = '${serial}'`) };
}

const plain = (html) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
const part = (html, id) => html.match(new RegExp(`<section[^>]*aria-labelledby="${id}">([^]*?)</section>`))?.[1] ?? '';
const read = async (link, language = 'en') => (await fetch(`${house.service.url}${link}?lang=${language}`)).text();
const headline = (html) => plain(html.match(/<h1>([^<]*)<\/h1>/)[1]);
/** What happened, the latest first. */
const history = (html) => [...part(html, 'history').matchAll(/<time>([^<]*)<\/time><div><b>([^<]*)<\/b>/g)].map(([, when, what]) => ({ when, what }));

for (const outcome of ['lost', 'stolen'])
  test(`what was ${outcome} and is found stands at the desk again when a lead opens its repair`, async () => {
    const { device, link, serial, tell } = await takeIn();
    await tell({ kind: 'step', step: 'diagnosis' });
    await tell({ kind: 'returned', detail: { outcome } });
    const opened = await lead.post('/bench/record', { token: await lead.token('/bench'), event_id: randomUUID(), device_id: device, kind: 'reopened', private_note: 'Found in a cupboard' });
    assert.equal(opened.status, 303);
    const page = await read(link), bench = await (await lead.get(`/bench?device=${device}`)).text();
    assert.equal(headline(page), 'We have your laptop');
    assert.doesNotMatch(part(page, 'who'), /<b>You</);
    assert.match(bench, /<span class="tag blue">Intake</);
    assert.match(bench, /<button class="btn primary big">/, 'it can be worked on');
    assert.equal(await house.sql(`SELECT c.custodian_id <> d.owner_id FROM spoor.custody c JOIN spoor.device d ON d.id = c.device_id WHERE c.${ofDevice(serial)}`), 't');
    assert.deepEqual(history(page).map(({ what }) => what).slice(0, 2), ['Opened again', outcome === 'lost' ? 'Missing' : 'Stolen'], 'and the loss is not called a return');
  });

test('a return stays a return in the history of what is lost later', async () => {
  const { link, tell } = await takeIn();
  await tell({ kind: 'step', step: 'ready' });
  await tell({ kind: 'returned', detail: { outcome: 'repaired' } });
  await tell({ kind: 'step', step: 'repair', reason: 'OTHER' });
  await tell({ kind: 'returned', detail: { outcome: 'lost' } });
  assert.deepEqual(history(await read(link)).filter(({ what }) => /Missing|Returned/.test(what)).map(({ what }) => what), ['Missing', 'Returned: repaired']);
});

test('what a sender with a wrong clock recorded stands where it was recorded, with that time', async () => {
  const { link, tell } = await takeIn();
  await tell({ kind: 'step', step: 'diagnosis', happened_at: '2031-01-01T10:00:00Z' });
  await tell({ kind: 'step', step: 'repair', happened_at: new Date(Date.now() + 86_400_000 * 40).toISOString() });
  await tell({ kind: 'note', public_note: 'The fan was loose' });
  const page = await read(link);
  assert.deepEqual(history(page).map(({ what }) => what), ['Note', 'Repair', 'Diagnosis', 'Handed in']);
  assert.doesNotMatch(plain(page), /2031|1 Jan\b|1 January/);
});

// Of each step and of each reason to wait: what the owner reads, in both languages, whether something must be done, and what
// stands in the place of the expected day ('' where the day stands).
const WAITS = ['The work waits for something; below you read for what.', 'Het werk wacht ergens op; hieronder leest u waarop.'];
const TAKES = ['That takes some time; below you read why.', 'Dat kost wat tijd; hieronder leest u waarom.'];
const BACK = ['It comes back to us when it is repaired there.', 'Het komt bij ons terug als het daar gerepareerd is.'];
const LATER = ['We go on as soon as we have it.', 'Zodra wij dat hebben, gaan wij verder.'];
const steps = {
  announced: [['We are expecting your laptop', 'Wij verwachten uw laptop'], ['Bring it to the desk when it suits you.', 'Breng het naar de balie wanneer het u uitkomt.']],
  intake: [['We have your laptop', 'Wij hebben uw laptop'], ['It is safe with us. Somebody looks at it soon.', null]],
  diagnosis: [['We are finding out what is wrong', 'Wij zoeken uit wat er mis is'], ['A technician is examining it.', 'Een technicus onderzoekt het.']],
  repair: [['Your laptop is being repaired', 'Uw laptop wordt gerepareerd'], ['A technician is working on it.', 'Een technicus werkt eraan.']],
  vendor: [['Your laptop is at the manufacturer', 'Uw laptop is bij de fabrikant'], BACK],
  quality_check: [['Your laptop is being repaired', 'Uw laptop wordt gerepareerd'], ['A technician is working on it.', 'Een technicus werkt eraan.']],
  ready: [['Your laptop is ready', 'Uw laptop is klaar'], ['You can collect it at the IT desk.', 'U kunt het ophalen bij de IT-balie.'], '', 'You can collect it now'],
};
const reasons = {
  PARTS_ORDERED: [['Your laptop waits for a part', 'Uw laptop wacht op een onderdeel'], WAITS],
  PARTS_BACKORDER: [['Your laptop waits for a part', 'Uw laptop wacht op een onderdeel'], WAITS],
  VENDOR_REPAIR: [['Your laptop is at the manufacturer', 'Uw laptop is bij de fabrikant'], BACK],
  WAIT_ANSWER: [['We need your answer', 'Wij hebben uw antwoord nodig'], LATER, 'Please answer us: contact the IT desk.', 'We need your answer first'],
  WAIT_APPROVAL: [['The repair waits for approval', 'De reparatie wacht op goedkeuring'], LATER, '', 'It needs approval first'],
  WAIT_PICKUP: [['Your laptop is ready', 'Uw laptop is klaar'], ['You can collect it at the IT desk.', 'U kunt het ophalen bij de IT-balie.'], 'Please collect it at the IT desk.', 'You can collect it now'],
  WAIT_DEVICE: [['We are expecting your laptop', 'Wij verwachten uw laptop'], ['Bring it to the desk when it suits you.', null], 'Please bring it to the IT desk.', 'Not handed in yet'],
  QUEUE: [['Your laptop waits for its turn', 'Uw laptop wacht op zijn beurt'], TAKES],
  DATA_BACKUP: [['We are copying your files', 'Wij kopiëren uw bestanden'], TAKES],
  SECURITY_CHECK: [['Your laptop is being checked', 'Uw laptop wordt gecontroleerd'], TAKES],
  REINSTALL: [['Your laptop is being installed anew', 'Uw laptop wordt opnieuw ingericht'], TAKES],
  NO_FAULT_YET: [['We are finding out what is wrong', 'Wij zoeken uit wat er mis is'], TAKES],
  QC_FAILED: [['Your laptop is being repaired', 'Uw laptop wordt gerepareerd'], TAKES],
  CAPACITY: [['Your laptop waits for its turn', 'Uw laptop wacht op zijn beurt'], TAKES],
  OTHER: [['Your laptop has to wait', 'Uw laptop moet wachten'], TAKES],
  OWNERS_OWN: [['We need you', 'Wij hebben u nodig'], WAITS, 'We need you: please contact the desk.', 'We need you first'],
  MANAGERS_OWN: [['The repair waits for approval', 'De reparatie wacht op goedkeuring'], WAITS, '', 'It needs approval first'],
  SUPPLIERS_OWN: [['Your laptop has to wait', 'Uw laptop moet wachten'], WAITS],
};

function says(html, [headlines, sentences, act = '', state = ''], language, where) {
  const hero = html.match(/<h1>([^<]*)<\/h1>\s*<p>([^<]*)<\/p>/);
  assert.equal(hero[1], headlines[language], where);
  if (sentences[language]) assert.equal(hero[2], sentences[language], where);
  assert.doesNotMatch(plain(html), /See the note|Zie de toelichting/, where);
  if (sentences === BACK) assert.match(part(html, 'who'), /<b>(The manufacturer|De fabrikant)<\/b>/, where);
  if (language) return;
  assert.equal(html.match(/<p class="act">([^<]*)</)?.[1] ?? '', act, where);
  const day = plain(part(html, 'eta').split('<ol')[0]);
  assert.equal(day, state ? `State ${state}` : `Expected back with you ${day.slice('Expected back with you '.length)}`, where);
  assert.equal(/\b20 January\b/.test(day), !state, where);
}

test('the owner reads one thing, at each step and for each reason to wait: headline, explanation, what to do and the day', async () => {
  const year = new Date().getFullYear() + 1;
  await house.sql(`INSERT INTO spoor.reason (number, position, code, side, label_en, label_nl, sentence_en, sentence_nl) VALUES
    (901, 901, 'OWNERS_OWN', 'owner', 'e', 'n', 'e', 'n'), (902, 902, 'MANAGERS_OWN', 'manager', 'e', 'n', 'e', 'n'), (903, 903, 'SUPPLIERS_OWN', 'supplier', 'e', 'n', 'e', 'n')`);
  assert.deepEqual(await house.sql(`SELECT string_agg(code, ' ' ORDER BY code) FROM spoor.reason`), Object.keys(reasons).sort().join(' '), 'none is forgotten');
  assert.deepEqual(await house.sql(`SELECT string_agg(name, ' ' ORDER BY position) FROM spoor.step WHERE phase <> 'returned'`), Object.keys(steps).join(' '));
  const { link, tell } = await takeIn({ expected_on: `${year}-01-20` });
  for (const [step, text] of Object.entries(steps)) {
    await tell({ kind: 'step', step, reason: 'OTHER' });
    for (const language of [0, 1]) says(await read(link, ['en', 'nl'][language]), text, language, step);
    for (const [reason, waits] of Object.entries(reasons)) {
      await tell({ kind: 'waiting', reason });
      for (const language of [0, 1]) says(await read(link, ['en', 'nl'][language]), waits, language, `${step} ${reason}`);
    }
  }
});

test('a note is quoted with its wait, or with its time until something else happens', async () => {
  const { link, tell } = await takeIn();
  await tell({ kind: 'note', public_note: 'The hinge is loose' });
  assert.match(part(await read(link), 'who'), /The hinge is loose[^]*Note of today, \d/);
  await tell({ kind: 'step', step: 'diagnosis' });
  assert.doesNotMatch(part(await read(link), 'who'), /hinge/, 'what was said before that step is history');
  await tell({ kind: 'waiting', reason: 'OTHER' });
  assert.doesNotMatch(part(await read(link), 'why') + part(await read(link), 'who'), /hinge|blockquote/);
  await tell({ kind: 'waiting', reason: 'OTHER', public_note: 'The lift is out of order' });
  assert.match(part(await read(link), 'why'), /Something holds it up\.[^]*The lift is out of order/);
  assert.doesNotMatch(part(await read(link), 'who'), /lift/);
});
