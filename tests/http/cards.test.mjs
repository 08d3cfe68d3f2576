// The cards of the bench as they are printed: every one is read back from the page by spoor-scan.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { Client, run } from '../support/spoord.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spoor-cards-'));
const house = await startHouse();
after(async () => {
  rmSync(folder, { recursive: true });
  await house.stop();
});
const spoord = (...args) => house.service.run(...args);
const out = join(folder, 'cards.pdf');
const longest = 'Werkplaatsmagazijnstellingenoverzicht '.repeat(4).slice(0, 119).trim();
const names = [longest, 'Ράφι 7, επισκευές', 'Полка для ноутбуков', '修理棚 三号', 'مكتب الإصلاح', '<b>&amp;"\\'];
const lines = (text) => text.trim().split('\n').filter(Boolean);

await spoord('label', 'mint', '--count', String(names.length + 1), '--batch', 'cards');
const minted = lines(await house.sql("SELECT code FROM spoor.label WHERE batch = 'cards' ORDER BY position"));

async function printed(dpi) {
  execFileSync('pdftoppm', ['-q', '-png', '-r', String(dpi), out, join(folder, `page-${dpi}`)]);
  const pages = readdirSync(folder).filter((name) => name.startsWith(`page-${dpi}`)).sort().map((name) => join(folder, name));
  const read = await run(['decode', '--all', '--expect', 'spoor', '--budget-ms', '60000', ...pages], {}, { program: 'spoor-scan' });
  assert.equal(read.code, 0, read.err);
  return { pages: pages.length, contents: lines(read.out).map((line) => line.split('\t')[2]).sort() };
}

test('a label that is on nothing becomes the badge of one person', async () => {
  const badge = minted.at(-1);
  const given = await spoord('account', 'badge', 'noor', badge.toLowerCase());
  assert.equal(given.code, 0, given.err);
  assert.match(given.out, /^[0-9A-Z]{5}-[0-9A-Z]{5} is the badge of /);
  for (const [args, exit] of [[['noor', badge], 4], [['admin', badge], 4], [['nobody', minted[0]], 3], [['noor', '7K3M9-QXFDA'], 2]]) {
    const { code, err } = await spoord('account', 'badge', ...args);
    assert.equal(code, exit, args.join(' '));
    assert.match(err, /^spoord[a-z ]*: .+\n$/);
  }
  assert.equal(await house.sql(`SELECT name FROM spoor.label l JOIN spoor.party p ON p.id = l.party_id WHERE code = '${badge}'`),
    await house.sql("SELECT p.name FROM spoor.account a JOIN spoor.actor k ON k.id = a.id JOIN spoor.party p ON p.id = k.party_id WHERE login = 'noor'"));
});

test('the sheet has every step, reason, place and badge, done and undo, and each is read back', async () => {
  const desk = await new Client(house.service.url).signIn('admin', house.demo.accounts.admin);
  for (const [i, name] of names.entries())
    assert.equal((await desk.post('/places', { token: await desk.token('/places'), name, label: minted[i] })).status, 303, name);
  const made = await spoord('label', 'cards', '--out', out);
  assert.equal(made.code, 0, made.err);
  const wanted = lines(await house.sql(`SELECT 'SPOOR:STEP:' || name FROM spoor.step UNION ALL SELECT 'SPOOR:REASON:' || code FROM spoor.reason
    UNION ALL SELECT 'SPOOR:' || CASE p.kind WHEN 'place' THEN 'PLACE:' ELSE 'PERSON:' END || l.code FROM spoor.label l JOIN spoor.party p ON p.id = l.party_id`));
  wanted.push('SPOOR:DONE', 'SPOOR:UNDO');
  assert.ok(wanted.includes(`SPOOR:PERSON:${minted.at(-1)}`) && wanted.length > 30, wanted.join());
  assert.match(made.out, new RegExp(`^${wanted.length} cards on `));
  for (const dpi of [150, 203]) {
    const { pages, contents } = await printed(dpi);
    assert.equal(pages, Math.ceil(wanted.length / 12));
    assert.deepEqual(contents, [...wanted].sort(), `${dpi} dots an inch`);
  }
});

test('names of any length and script stand on their cards whole', () => {
  const text = execFileSync('pdftotext', ['-raw', out, '-'], { encoding: 'utf8' }).replace(/\s/g, '');
  for (const name of [longest, names[1], names[2], names[5], 'Quality check', 'Eindcontrole', 'Ongedaan maken', 'Einde reeks', 'SPOOR:REASON:PARTS_ORDERED'])
    assert.ok(text.includes(name.replace(/\s/g, '')), name);
});

test('a revoked label and a disabled account have no card', async () => {
  const cards = async () => {
    assert.equal((await spoord('label', 'cards', '--out', out, '--yes')).code, 0);
    return execFileSync('pdftotext', ['-raw', out, '-'], { encoding: 'utf8' }).replace(/\s/g, '');
  };
  assert.ok((await cards()).includes(`SPOOR:PERSON:${minted.at(-1)}`));
  assert.equal((await spoord('account', 'disable', 'noor')).code, 0);
  assert.ok(!(await cards()).includes('SPOOR:PERSON'));
  assert.equal((await spoord('account', 'enable', 'noor')).code, 0);
  assert.equal((await spoord('label', 'revoke', minted[0], '--reason', 'torn', '--yes')).code, 0);
  const after = await cards();
  assert.ok(after.includes('SPOOR:PERSON') && !after.includes(minted[0]));
});

test('a file that is there is replaced with --yes only', async () => {
  for (const words of [['cards'], ['sheet', '--batch', 'cards'], ['ruler'], ['show', minted[0], '--format', 'svg']]) {
    writeFileSync(out, 'mine');
    const { code, err } = await spoord('label', ...words, '--out', out);
    assert.equal(code, 2);
    assert.match(err, new RegExp(`^spoord label ${words[0]}: There is a file .*Add --yes.*\n$`));
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    assert.equal((await spoord('label', ...words, '--out', out, '--yes')).code, 0);
    assert.notEqual(readFileSync(out, 'utf8'), 'mine');
  }
  assert.equal((await spoord('label', 'cards')).code, 2);
  assert.equal((await spoord('label', 'cards', '--out', join(folder, 'none', 'x.pdf'))).code, 2);
});

test('a receiver who is named by a revoked badge is recorded, and marked for the lead', async () => {
  await spoord('label', 'mint', '--count', '1', '--batch', 'stolen');
  const badge = await house.sql("SELECT code FROM spoor.label WHERE batch = 'stolen'");
  assert.equal((await spoord('account', 'badge', 'tom', badge)).code, 0);
  const token = (await spoord('token', 'add', 'badges', '--role', 'technician')).out.trim();
  const given = async (event_id = randomUUID()) => {
    const body = JSON.stringify({ events: [{ event_id, kind: 'handed_over', code: 'PF4A1B2C', to: badge }] });
    const answer = await fetch(`${house.service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body });
    const { outcome, flags } = (await answer.json()).outcomes[0];
    return [outcome, flags];
  };
  const first = randomUUID();
  assert.deepEqual(await given(first), ['recorded', []]);
  assert.equal((await spoord('label', 'revoke', badge, '--reason', 'stolen', '--yes')).code, 0);
  assert.deepEqual(await given(), ['recorded', ['revoked_label']]);
  assert.deepEqual(await given(first), ['replayed', []], 'the answer was lost, the badge revoked, the same scan sent again');
});
