// A laptop from intake to return in a real browser, with the real scanner reading the picture of its label: the owner's page tells
// each step at the next look, and the auditor's history, its CSV and its JSON tell the same facts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { greeting, run, startSpoord } from '../support/spoord.mjs';

const serial = 'JOURNEY-1';
let service, demo, browser, folder, link, code, technician, owner;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-journey-'));
  service = await startSpoord();
  demo = greeting(service.output());
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
  technician = await signedIn('samira');
}, { timeout: 120000 });
after(async () => {
  await browser?.close();
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function signedIn(login) {
  const page = await (await browser.newContext({ locale: 'en', acceptDownloads: true })).newPage();
  await page.goto(`${service.url}/sign-in`);
  await page.fill('#login', login);
  await page.fill('#password', demo.accounts[login]);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/sign-in')), page.click('main button')]);
  return page;
}

const scan = (...args) => run(args, { XDG_STATE_HOME: folder }, { program: 'spoor-scan' });

/** What stands as the latest on the owner's page at the next look. */
async function told() {
  await owner.reload();
  return (await owner.textContent('main')).replace(/\s+/g, ' ');
}

test('a technician takes a laptop in with a new label, and the owner can follow it at once', async () => {
  await service.run('label', 'mint', '--count', '1', '--batch', 'journey');
  code = String(execFileSync('psql', ['-qXAt', '-h', join(service.state, 'state/run'), '-U', 'postgres', '-d', 'spoor', '-c', "SELECT code FROM spoor.label WHERE batch = 'journey'"])).trim();
  await technician.goto(`${service.url}/bench`);
  await technician.fill('#code', code);
  await Promise.all([technician.waitForURL(/code=/), technician.click('form[action="/bench"] button')]);
  await technician.click('text=Take in a device with this label');
  for (const [field, value] of Object.entries({ problem: 'The hinge creaks', owner_name: 'Jo Owner', make: 'Dell', model: 'Latitude 7440', serial })) await technician.fill(`#${field}`, value);
  await technician.click('button.big');
  link = await technician.getAttribute('.paper a[href*="/t/"]', 'href');
  assert.match(link, /\/t\/[0-9A-Z]{26}$/);
  owner = await (await browser.newContext({ locale: 'en', javaScriptEnabled: false })).newPage();
  await owner.goto(link);
  assert.match(await told(), /The hinge creaks/);
  assert.match(await told(), /Dell Latitude 7440/);
});

test('each scan of the picture of its label is on the owner’s page at the next look', async () => {
  const picture = join(folder, 'label.png');
  const answer = await technician.request.get(`${service.url}/labels/${code}/picture?format=png`);
  writeFileSync(picture, await answer.body());
  const once = (await service.run('scanner', 'add', 'Journey', '--account', 'samira')).out.match(/enroll \S+ (\S+)/)[1];
  const enrolled = await scan('enroll', service.url, once);
  assert.equal(enrolled.code, 0, enrolled.err);
  for (const [step, words] of [['diagnosis', /Diagnosis/], ['repair', /Repair/], ['ready', /Ready/]]) {
    const { code: ended, out, err } = await scan('--step', step, picture);
    assert.equal(ended, 0, out + err);
    assert.match(out, /recorded/);
    await owner.reload();
    assert.match(await owner.locator('ol.line li').first().textContent(), words);
  }
});

test('it is returned with one tap, and the owner reads so', async () => {
  await technician.goto(`${service.url}/bench?code=${serial}`);
  await Promise.all([technician.waitForURL(/done=/), technician.click('button.big')]);
  assert.match(await technician.textContent('[role=status]'), /Returned/);
  await owner.reload();
  assert.match(await owner.locator('ol.line li').first().textContent(), /Returned/);
});

test('the auditor’s history, its CSV and its JSON tell the same five facts, none altered', async () => {
  const auditor = await signedIn('vera');
  await auditor.goto(`${service.url}/audit`);
  await auditor.fill('#code', code);
  await Promise.all([auditor.waitForURL(/\/audit\/devices\//), auditor.click('form.card button')]);
  await auditor.waitForFunction(() => document.querySelectorAll('.proof').length >= 5);
  for (let turn = 0; turn < 20 && !(await auditor.locator('.verdict.ok').count()); turn++) await auditor.reload();
  assert.match(await auditor.textContent('.verdict.ok'), /Nothing in this history was altered/);
  const shown = (await auditor.locator('table.rows tbody tr td:nth-child(3)').allTextContents()).map((text) => text.replace(/\s+/g, ' '));
  const facts = [/Returned/, /Ready/, /Repair/, /Diagnosis/, /Handed in/];
  for (const [n, fact] of facts.entries()) assert.match(shown[n], fact);
  const [download] = await Promise.all([auditor.waitForEvent('download'), auditor.click('text=CSV')]);
  const csv = readFileSync(await download.path(), 'utf8');
  const rows = csv.trim().split(/\r?\n/);
  assert.ok(rows.length >= 1 + 5, csv);
  for (const word of ['diagnosis', 'repair', 'ready', 'returned']) assert.ok(csv.includes(word), `${word} is not in the CSV`);
  const json = await (await auditor.request.get(new URL(await auditor.getAttribute('text=JSON', 'href'), service.url).href)).text();
  for (const word of ['diagnosis', 'repair', 'ready', 'returned']) assert.ok(json.includes(word), `${word} is not in the JSON`);
});
