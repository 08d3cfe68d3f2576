// Every page as people see it: no accessibility violation, no sideways scrolling, no script error, at three widths.
import assert from 'node:assert/strict';
import { readFileSync, mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { greeting, startSpoord } from '../support/spoord.mjs';

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const widths = [320, 390, 1280];
const pictures = process.env.SPOOR_PICTURES;
let service, demo, browser;

before(async () => {
  service = await startSpoord();
  demo = greeting(service.output());
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
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
  ['samira', 'intake', () => '/intake'], ['samira', 'devices', () => '/devices'], ['vera', 'audit', () => '/audit'],
  ['tom', 'exceptions', () => '/exceptions'], ['tom', 'labels', () => '/labels'], ['tom', 'scanners', () => '/scanners'], ['tom', 'places', () => '/places'], ['admin', 'accounts', () => '/accounts'],
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

test('the tracking page needs no script and sets no cookie', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(demo.link);
  assert.match(await page.textContent('h1'), /being repaired/);
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
