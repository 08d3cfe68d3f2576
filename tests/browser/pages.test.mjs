// Every page as people see it: no accessibility violation, no sideways scrolling, no script error, at three widths.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { build, Client, greeting, startSpoord } from '../support/spoord.mjs';

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const widths = [320, 390, 1280];
const pictures = process.env.SPOOR_PICTURES;
let service, demo, browser, historyOf;

before(async () => {
  service = await startSpoord();
  demo = greeting(service.output());
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  const page = await signedIn('samira');
  await page.goto(`${service.url}/bench?code=${demo.sticker.split('/d/')[1]}`);
  historyOf = await page.getAttribute('h2#device a', 'href');
  await page.context().close();
  if (pictures) mkdirSync(pictures, { recursive: true });
}, { timeout: 120000 });
after(async () => {
  await browser?.close();
  await service?.stop();
});

async function signedIn(login) {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  if (!login) return page;
  await page.goto(service.url + '/sign-in');
  await page.fill('#login', login);
  await page.fill('#password', demo.accounts[login]);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/sign-in')), page.click('main button')]);
  return page;
}

async function look(page, path, name, at = widths) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  for (const width of at) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(path.startsWith('http') ? path : service.url + path);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) problems.push(`${name} scrolls ${sideways} px sideways at ${width}`);
    const odd = await page.evaluate(() => [...document.querySelectorAll('.card')].filter((card) => {
      const { height, right } = card.getBoundingClientRect();
      return !height || [...card.querySelectorAll('button, .tag')].some((part) => !part.closest('details:not([open]), .scroll') && part.getBoundingClientRect().right > right + 1);
    }).map((card) => card.textContent.trim().replace(/\s+/g, ' ').slice(0, 60)));
    const small = await page.evaluate((least) => [...document.querySelectorAll('a, button, summary, select, textarea, input:not([type=hidden])')].filter((part) => {
      const { height, width } = (part.closest('.check') ?? part).getBoundingClientRect();
      return width && !part.closest('.sr, .skip') && (height < least || width < 24);
    }).map((part) => `${part.tagName} ${part.textContent.trim().slice(0, 40)}`), width < 860 ? 43.9 : 23.9);
    for (const part of small) problems.push(`${name} at ${width}: too small for a finger: ${part}`);
    const head = await page.evaluate(() => document.querySelector('.top')?.offsetHeight ?? 0);
    if (width >= 1280 && head > 70) problems.push(`${name} at ${width}: the head of the page stands in two rows`);
    for (const card of odd) problems.push(`${name} at ${width}: a card is not drawn, or something sticks out of it: ${card}`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, nodes } of violations) problems.push(`${name} at ${width}: ${id}: ${nodes[0].html.slice(0, 160)}`);
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}.png`, fullPage: true });
  }
  assert.deepEqual(problems, []);
}

const pages = [
  ['', 'sign_in', () => '/sign-in'], ['', 'track', () => demo.link], ['', 'track_nl', () => demo.link + '?lang=nl'], ['', 'sticker', () => demo.sticker],
  ['', 'sticker_nl', () => demo.sticker + '?lang=nl'], ['', 'error', () => '/nothing'],
  ['samira', 'bench', () => '/bench'], ['samira', 'bench_device', () => '/bench?code=' + demo.sticker.split('/d/')[1]], ['samira', 'bench_misread', () => '/bench?code=7K3M9-QXFDA'],
  ['samira', 'intake', () => '/intake'], ['samira', 'label', () => '/labels/' + demo.sticker.split('/d/')[1]], ['samira', 'devices', () => '/devices'], ['samira', 'account', () => '/account'], ['samira', 'account_nl', () => '/account?lang=nl'], ['vera', 'audit', () => '/audit'],
  ['tom', 'exceptions', () => '/exceptions'], ['tom', 'labels', () => '/labels'], ['tom', 'scanners', () => '/scanners'], ['tom', 'places', () => '/places'], ['admin', 'accounts', () => '/accounts'],
  ['admin', 'accounts_nl', () => '/accounts?lang=nl'], ['tom', 'exceptions_nl', () => '/exceptions?lang=nl'], ['samira', 'history_of_one', () => historyOf], ['samira', 'devices_nl', () => '/devices?lang=nl&late=1'],
];
for (const [login, name, path] of pages)
  test(`${name} is whole for everybody at ${widths.join(', ')} pixels`, async () => {
    const page = await signedIn(login);
    await look(page, path(), name);
    await page.context().close();
  });

test('the tracking page fits the small phones between those widths, in both languages', async () => {
  const page = await signedIn('');
  for (const language of ['en', 'nl']) await look(page, `${demo.link}?lang=${language}`, `track_small_${language}`, [340, 360, 375]);
  await page.context().close();
});

test('an auditor opens a history by its code', async () => {
  const page = await signedIn('vera');
  await page.goto(service.url + '/audit');
  await page.fill('#code', demo.sticker.split('/d/')[1]);
  await Promise.all([page.waitForURL(/\/audit\/devices\//), page.click('form.card button')]);
  assert.match(await page.textContent('.verdict.ok'), /Nothing in this history was altered/);
  await look(page, page.url(), 'history');
  await page.context().close();
});

/** As the database's superuser, past the triggers that guard against accidents. */
function tamper(sql) {
  execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-h', join(service.state, 'state/run'), '-U', 'postgres', '-d', 'spoor',
    '-c', `SET session_replication_role = replica; SET search_path = spoor; ${sql}`]);
}

test('a record that somebody rewrote turns the verdict red, names record and field, and breaks no page', async () => {
  const page = await signedIn('vera');
  await page.goto(`${service.url}/audit?code=${demo.sticker.split('/d/')[1]}`);
  const history = page.url();
  tamper("UPDATE opening SET value = value || '!' WHERE tag = 21 AND value LIKE 'Liquid%'");
  try {
    await page.goto(history);
    assert.match(await page.textContent('.verdict.red'), /does not match what was sealed: record 5\s+Its note for the owner is not what was sealed/);
    await look(page, history, 'history_red');
    await look(page, history + '?lang=nl', 'history_red_nl');
    await page.goto(service.url + '/audit');
    assert.match(await page.textContent('.verdict.red'), /record 5/);
  } finally {
    tamper("UPDATE opening SET value = rtrim(value, '!') WHERE tag = 21 AND value LIKE 'Liquid%'");
  }
  await page.goto(history);
  assert.match(await page.textContent('.verdict.ok'), /Nothing in this history was altered/);
  await page.context().close();
});

test('the evidence of a history is one download that holds at home', async () => {
  const page = await signedIn('vera');
  const home = mkdtempSync(join(tmpdir(), 'spoor-home-'));
  await page.goto(`${service.url}/audit?code=${demo.sticker.split('/d/')[1]}`);
  const answer = await page.request.get(service.url + (await page.getAttribute('a.strong', 'href')));
  const command = (await page.textContent('.numbered li:nth-child(2) code')).trim();
  writeFileSync(join(home, 'evidence.tar'), await answer.body());
  try {
    execFileSync('tar', ['-xf', 'evidence.tar'], { cwd: home });
    assert.match(String(execFileSync('sh', ['-c', command.replace(/^spoor-verify/, join(build, 'spoor-verify'))], { cwd: home })), /INTACT/);
    assert.deepEqual(readdirSync(join(service.state, 'state')).filter((name) => name.startsWith('evidence-')), []);
  } finally {
    rmSync(home, { recursive: true });
  }
  await page.context().close();
});

test('the receipt of a return names the number in the log and the seal, for paper', async () => {
  const page = await signedIn('samira');
  await page.goto(service.url + '/bench?code=C02XY1Z2');
  const device = await page.getAttribute('h2#device a', 'href');
  for (const language of ['en', 'nl']) await look(page, `${service.url}${device}/returned?lang=${language}`, `returned_${language}`);
  await page.emulateMedia({ media: 'print' });
  const body = await page.textContent('.sealed');
  assert.match(body, /regel \d+ van ons logboek/);
  assert.match(body, /[A-Za-z0-9+/]{43}=/);
  assert.equal(await page.isVisible('header.top'), false);
  await page.context().close();
});

/** Takes a laptop in at the desk, as tom: { client, device, link, record(fields) }. */
async function takenIn(model, more = {}) {
  const client = await new Client(service.url).signIn('tom', demo.accounts.tom);
  const token = await client.token('/intake');
  const receipt = await (await client.post('/intake', { token, event_id: randomUUID(), make: 'Acme', model, owner_name: 'Piet Post', problem: 'Broken hinge', ...more })).text();
  const device = receipt.match(/\/bench\?device=([0-9a-f-]+)/)?.[1];
  const record = (fields) => client.post('/bench/record', { token, event_id: randomUUID(), device_id: device, ...fields });
  return { client, device, link: receipt.match(/http\S+?\/t\/[A-Z0-9-]+/)[0], record };
}

test('how a repair ended is said as it was, never as a repaired laptop that came back', async () => {
  const page = await signedIn('');
  const ends = { cancelled: [/The repair was cancelled/, 'De reparatie is geannuleerd'], unrepairable: [/could not be repaired/, 'niet te repareren'],
    replaced: [/You got another laptop/, 'een andere laptop'], lost: [/Your laptop is missing/, 'vermist'] };
  for (const [outcome, [english, dutch]] of Object.entries(ends)) {
    const { link, record } = await takenIn(`Ends ${outcome}`);
    assert.equal((await record({ kind: 'returned', outcome })).status, 303);
    await look(page, `${link}?lang=en`, `track_${outcome}`, [390]);
    assert.match(await page.textContent('h1'), english);
    const isAway = outcome === 'lost';
    assert.equal((await page.textContent('main')).includes('Back with you'), false);
    assert.equal(/You$/.test((await page.textContent('[aria-labelledby=who] b')).trim()), !isAway);
    assert.equal(await page.getAttribute('.steps li:last-child', 'class'), isAway ? 'next' : 'done');
    assert.equal(await page.getAttribute('.steps li:nth-child(3)', 'class'), 'next', 'a repair that never began');
    await page.goto(`${link}?lang=nl`);
    assert.ok((await page.textContent('h1')).includes(dutch));
  }
  await page.context().close();
});

test('what is lost or stolen is told on the bench, and to the owner; it was returned to nobody', async () => {
  const page = await signedIn('samira');
  for (const [outcome, label, dutch] of [['lost', 'Missing', 'Vermist'], ['stolen', 'Stolen', 'Gestolen']]) {
    const { device, link } = await takenIn(`Away ${outcome}`);
    await page.goto(`${service.url}/bench?device=${device}`);
    await page.click('summary:text-is("Lost or stolen")');
    await look(page, page.url(), `bench_before_${outcome}`, [390]);
    await page.click('summary:text-is("Lost or stolen")');
    await page.selectOption('#away', outcome);
    await page.fill('#away-note', 'Not on shelf B2');
    await Promise.all([page.waitForURL(/done=/), page.click('details[open] button')]);
    assert.match(await page.textContent('[role=status]'), new RegExp(`Recorded: ${label} · now with Tom Visser`));
    assert.equal(await page.textContent('.card .tag.red'), label);
    await page.goto(`${service.url}/devices/${device}?lang=nl`);
    assert.equal(await page.textContent('.rows b'), dutch);
    assert.equal(await page.isVisible(`a[href="/devices/${device}/returned"]`), false);
    assert.equal((await page.goto(`${service.url}/devices/${device}/returned`)).status(), 404);
    const owner = await signedIn('');
    await look(owner, `${link}?lang=nl`, `track_${outcome}_nl`, [390]);
    assert.match(await owner.textContent('.hero .tag'), new RegExp(dutch));
    assert.doesNotMatch(await owner.textContent('main'), /B2/);
    await owner.context().close();
  }
  assert.match(await (await page.goto(`${service.url}/devices?q=Away+lost`)).text(), /tag red">Missing</);
  await page.context().close();
});

test('a promised day that has passed is said to the owner, marked for the desk, and found by a lead', async () => {
  const { client, device, link } = await takenIn('Promised', { serial: 'PROMISED-1' });
  const program = (await service.run('token', 'add', 'promise', '--role', 'technician')).out.trim(); // it may tell late what was promised
  const told = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${program}` },
    body: JSON.stringify({ events: [{ event_id: randomUUID(), code: 'PROMISED-1', kind: 'eta', detail: { expected_on: '2026-01-05' } }] }) });
  assert.equal((await told.json()).outcomes[0].outcome, 'recorded');
  const page = await signedIn('');
  await look(page, `${link}?lang=en`, 'track_late', [390]);
  assert.match(await page.textContent('.eta'), /It was to be back with you on\s*Monday 5 January\s*That day has passed/);
  assert.match(await page.textContent('.why'), /It takes longer than we thought/);
  await page.context().close();
  const desk = await signedIn('samira');
  for (const language of ['en', 'nl']) await look(desk, `/bench?device=${device}&lang=${language}`, `bench_late_${language}`);
  await desk.context().close();
  assert.match(await (await client.get(`/bench?device=${device}&lang=nl`)).text(), /te laat: zou terug zijn op maandag 5 januari/);
  const late = await (await client.get('/devices?late=1')).text();
  assert.match(late, /Acme Promised/);
  assert.doesNotMatch(late, /Surface Laptop 5|MacBook Air/); // no promise yet; returned
});

test('what the service refuses is said in the language of the reader', async () => {
  const client = await new Client(service.url).signIn('noor', demo.accounts.noor);
  const said = async (path, words) => assert.match(await (await client.get(path)).text(), words);
  await said('/bench?code=7K3M9-QXFDA&lang=nl', /Deze code is verkeerd gelezen: bedoelde u 7K3M9-QXFDT\?/);
  await said('/accounts?lang=nl', /Uw account mag dit niet\./);
  const empty = await client.post('/intake?lang=nl', { token: await client.token('/intake'), event_id: randomUUID(), problem: 'x', make: 'Acme', model: 'Nobody' });
  assert.match(await empty.text(), /[A-Z][a-z ]+ ontbreekt: vul het in\./);
});

test('one label comes as PNG, SVG and PDF', async () => {
  const page = await signedIn('samira');
  const begins = { png: '\x89PNG', svg: '<svg', pdf: '%PDF' };
  for (const [format, begin] of Object.entries(begins)) {
    const answer = await page.request.get(`${service.url}/labels/${demo.sticker.split('/d/')[1]}/picture?format=${format}`);
    assert.equal(answer.status(), 200);
    assert.ok((await answer.body()).toString('latin1').includes(begin), format);
  }
  assert.equal((await page.request.get(`${service.url}/labels/${demo.sticker.split('/d/')[1]}/picture?format=gif`)).status(), 400);
  await page.context().close();
});

test('one tap after a scan records the next step, and one tap undoes it', async () => {
  const page = await signedIn('noor');
  await page.goto(service.url + '/bench?code=PF4A1B2C');
  await Promise.all([page.waitForURL(/done=/), page.click('button.big')]);
  assert.match(await page.textContent('[role=status]'), /Repair · now with Noor/);
  await Promise.all([page.waitForURL((url) => !url.search.includes('nothing')), page.click('[role=status] button')]);
  assert.match(await page.textContent('.card .tag.blue'), /Diagnosis/);
  await page.context().close();
});

test('a hand scanner works wherever the cursor is, and presses no button', async () => {
  const page = await signedIn('noor');
  await page.goto(service.url + '/devices');
  await page.focus('button.quiet');
  const code = demo.sticker.split('/d/')[1];
  await Promise.all([page.waitForURL(/\/bench\?code=/), page.keyboard.type(`${code}\n`, { delay: 5 })]);
  assert.match(await page.textContent('main'), /Dell Latitude 7440/);
  await page.context().close();
});

test('a hand scanner leaves the code of a new label in the field that asks for it, and presses no button', async () => {
  const page = await signedIn('samira');
  await page.goto(service.url + '/intake');
  await page.focus('#label');
  await page.keyboard.type('7K3M9QXFDT', { delay: 5 });
  await page.keyboard.press('Enter');
  assert.equal(await page.inputValue('#label'), '7K3M9QXFDT');
  assert.equal(new URL(page.url()).pathname, '/intake');
  await page.context().close();
});

test('the tracking page needs no script and sets no cookie', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(demo.link);
  assert.match(await page.textContent('h1'), /waits for a part/);
  assert.equal((await context.cookies()).length, 0);
  await context.close();
});

test('nothing on a page breaks its content security policy', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  await page.goto(demo.link);
  await page.goto(service.url + '/sign-in');
  assert.deepEqual(said, []);
  await context.close();
});
