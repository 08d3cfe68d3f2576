// What the scanner makes of a label or card that is read again, and what it tells of the service's answer.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { enrolPatiently } from '../support/scanner.mjs';
import { freePort, greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

const DOUBLED_MS = 3000; // the debounce of the scanner
const folders = [];
let service, code, token, line;

const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const ledger = async () => lines(await (await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })).text());

/** The line between scanner and service; while it is cut, nothing comes through; what is recorded is answered so many ms later. */
async function startLine() {
  const own = { cut: false, slow: 0 };
  const server = createServer((incoming, out) => {
    if (own.cut) return incoming.socket.destroy();
    const outgoing = request(service.url + incoming.url, { method: incoming.method, headers: { ...incoming.headers, host: new URL(service.url).host, connection: 'close' } },
      async (answer) => {
        const came = Date.now(), late = incoming.method === 'POST' ? own.slow : 0;
        if (late) await waitFor('the slow answer', () => Date.now() - came > late);
        answer.pipe(out.writeHead(answer.statusCode, answer.headers));
      });
    outgoing.on('error', () => out.socket.destroy());
    incoming.pipe(outgoing);
  });
  const port = await freePort();
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return Object.assign(own, { url: `http://localhost:${port}`, stop: () => { server.closeAllConnections(); server.close(); } });
}

const psql = (text) => execFileSync('psql', ['-qXAt', `host=${join(service.state, 'state/run')} dbname=spoor user=spoor_login`, '-c', 'SET ROLE spoor_owner', '-c', text], { encoding: 'utf8' }).trim();

/** A label that was minted and belongs to nothing. */
async function newLabel(batch) {
  await service.run('label', 'mint', '--count', '1', '--batch', batch);
  return psql(`SELECT code FROM spoor.label WHERE batch = '${batch}'`);
}

async function newScanner() {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-scan-'));
  folders.push(folder);
  const once = (await service.run('scanner', 'add', `A ${folders.length}`, '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const scan = (args, input) => run([...args, '--state', folder], {}, { program: 'spoor-scan', input });
  await enrolPatiently(scan, line.url, once);
  return { folder, scan, read: async (args, ...texts) => {
    const { code: exit, out, err } = await scan([...args, '--stdin', '--json'], texts.join('\n'));
    return { exit, err, said: lines(out) };
  } };
}

async function post(event) {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: [{ event_id: randomUUID(), ...event }] }) });
  const [outcome] = (await answer.json()).outcomes;
  assert.equal(outcome.outcome, 'recorded', outcome.message);
  return outcome;
}

before(async () => {
  service = await startSpoord();
  code = greeting(service.output()).sticker.split('/d/')[1];
  token = (await service.run('token', 'add', 'beside', '--role', 'lead')).out.trim();
  line = await startLine();
}, { timeout: 120000 });
after(async () => {
  line?.stop();
  await service?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test('the same scan after somebody else moved the device is sent: the service decides what it changes, not the scanner', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  const first = await scanner.read(['--step', 'quality_check'], code);
  assert.deepEqual(first.said.map(({ result }) => result), ['recorded']);
  const told = Date.now();
  await post({ code, kind: 'step', step: 'repair', reason: 'QC_FAILED' });
  await waitFor('the end of the debounce', () => Date.now() - told > DOUBLED_MS);
  const again = await scanner.read(['--step', 'quality_check'], code);
  assert.deepEqual(again.said.map(({ result }) => result), ['recorded']);
  assert.match(again.said[0].detail, /Quality check/);
  const mine = [...first.said, ...again.said].map(({ event_id }) => event_id);
  const rows = (await ledger()).filter(({ device_id }, _, all) => device_id === all.find(({ event_id }) => event_id === mine[0]).device_id);
  assert.deepEqual(rows.slice(-3).map(({ step }) => step), ['quality_check', 'repair', 'quality_check']);
});

test('a label that is read twice within a moment is one scan, and is not said to be recorded', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  const { exit, said } = await scanner.read(['--step', 'repair'], 'TWICE-1', 'TWICE-1', 'TWICE-2');
  assert.equal(exit, 11);
  assert.deepEqual(said.map(({ code: name, result }) => `${name} ${result}`), ['TWICE-1 not known', 'TWICE-1 read twice', 'TWICE-2 not known']);
  assert.equal(said[1].detail, 'the same as a moment ago, not recorded again: step repair');
});

test('a doubled reading is one scan however long the service takes to answer the first', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  line.slow = DOUBLED_MS;
  const { said } = await scanner.read(['--step', 'repair'], 'SLOW-1', 'SLOW-1', 'SPOOR:UNDO', 'SPOOR:UNDO').finally(() => (line.slow = 0));
  assert.deepEqual(said.map(({ code: name, result }) => `${name} ${result}`), ['SLOW-1 not known', 'SLOW-1 read twice', 'undo of SLOW-1 recorded', 'undo read twice']);
});

test('the card that undoes, read twice within a moment, undoes one scan; after another scan it undoes that one too', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  const { said } = await scanner.read(['--step', 'repair'], 'UNDO-1', 'UNDO-2', 'SPOOR:UNDO', 'SPOOR:UNDO', 'UNDO-3', 'SPOOR:UNDO', 'SPOOR:UNDO');
  assert.deepEqual(said.map(({ code: name, result }) => `${name} ${result}`), [
    'UNDO-1 not known', 'UNDO-2 not known', 'undo of UNDO-2 recorded', 'undo read twice', 'UNDO-3 not known', 'undo of UNDO-3 recorded', 'undo read twice']);
  const mine = new Set(said.map(({ event_id }) => event_id));
  assert.deepEqual((await ledger()).filter(({ event_id }) => mine.has(event_id)).map(({ kind }) => kind), ['step', 'step', 'corrected', 'step', 'corrected']);
});

test('after a scan that was refused there is nothing to undo: nothing else is undone, and nothing more needs attention', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  const nobodys = await newLabel('nobodys');
  const first = await scanner.read(['--step', 'repair'], 'REFUSED-1');
  const { said } = await scanner.read([], `SPOOR:PERSON:${nobodys}`, 'REFUSED-1', 'SPOOR:UNDO');
  assert.deepEqual(said.slice(1).map(({ result }) => result), ['refused', 'nothing to undo']);
  assert.equal(said[2].detail, 'the last scan was refused; there is nothing to undo');
  assert.equal(JSON.parse((await scanner.scan(['status', '--json'])).out).needs_attention, 1);
  const rows = await ledger();
  const { device_id: device } = rows.find(({ event_id }) => event_id === first.said[0].event_id);
  assert.deepEqual(rows.filter(({ device_id }) => device_id === device).map(({ kind }) => kind), ['step']);
});

test('a scan that was taken back and is refused when the service is there again needs nobody, and is never sent again', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  line.cut = true;
  const { said } = await scanner.read(['--step', 'no_such_step'], 'LATER-1', 'SPOOR:UNDO').finally(() => (line.cut = false));
  assert.deepEqual(said.map(({ result }) => result), ['waiting', 'waiting']);
  const sent = await scanner.scan(['sync']);
  assert.equal(sent.code, 0, sent.out + sent.err);
  const kept = lines((await scanner.scan(['export', '--json'])).out);
  assert.deepEqual(kept.map(({ code: name, attention, settled_at }) => [name, attention, typeof settled_at]), [['LATER-1', 'there is no step with this name', 'string']]);
  assert.equal((await scanner.scan(['sync', '--again'])).code, 0);
  assert.ok(!(await ledger()).some(({ event_id }) => event_id === kept[0].event_id), 'although it would have been offered again');
});

test('what the service noticed of a scan is told in words, and as its flags in JSON', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  assert.deepEqual((await scanner.read(['--step', 'ready'], code)).said[0].flags, []);
  assert.equal((await scanner.read(['--step', 'return'], code)).said[0].result, 'recorded');
  const reopened = (await scanner.read(['--step', 'diagnosis'], code)).said[0];
  assert.deepEqual([reopened.result, reopened.flags], ['recorded', ['unusual_step']]);
  assert.match(reopened.detail, /; an unusual order of steps: was that meant\?$/);
  const torn = await newLabel('torn');
  await post({ code, kind: 'label_linked', detail: { label: torn } });
  await post({ code, kind: 'label_revoked', detail: { label: torn } });
  const revoked = (await scanner.read(['--step', 'repair'], torn)).said[0];
  assert.deepEqual(revoked.flags, ['revoked_label']);
  assert.match(revoked.detail, /; this label was revoked: put a new one on the device$/);
  const unknown = (await scanner.read(['--step', 'repair'], 'NEVER-SEEN')).said[0];
  assert.deepEqual([unknown.result, unknown.flags], ['not known', ['unknown_device']]);
});

test('a scanner that was revoked says so from then on, and never that everything was sent', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  assert.equal((await scanner.scan(['sync'])).out, 'Everything was sent.\n');
  await service.run('scanner', 'revoke', `A ${folders.length}`, '--yes');
  assert.equal((await scanner.read(['--step', 'repair'], 'REVOKED-1')).said[0].result, 'conflict');
  const sent = await scanner.scan(['sync']);
  assert.equal(sent.code, 5);
  assert.match(sent.out, /^This scanner was revoked: what it scans is not recorded any more\./);
  assert.match((await scanner.scan(['status'])).out, /This scanner was revoked/);
  assert.equal(JSON.parse((await scanner.scan(['status', '--json'])).out).revoked, true);
  assert.match((await scanner.read(['--step', 'repair'], 'REVOKED-2')).err, /^This scanner was revoked/);
  const once = (await service.run('scanner', 'add', 'A new', '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const anew = await scanner.scan(['enroll', line.url, once]);
  assert.equal(anew.code, 0, anew.err);
  assert.equal(JSON.parse((await scanner.scan(['status', '--json'])).out).revoked, false);
});

test('a note that is not UTF-8 is refused before anything is scanned', () => {
  const said = (words) => {
    try {
      return execFileSync('sh', ['-c', `${join(process.env.BUILD ?? 'build/release', 'spoor-scan')} ${words} --stdin 2>&1`], { input: 'X\n', encoding: 'utf8' });
    } catch (error) {
      return `${error.status} ${error.stdout}`;
    }
  };
  assert.match(said(`--step ready --note "$(printf 'caf\\351')"`), /^2 .*--note is not UTF-8 text/);
  assert.match(said(`--step "$(printf 'r\\351')"`), /^2 .*--step is not UTF-8 text/);
});

test('a picture without a code is said to be not readable once', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  const blank = join(scanner.folder, 'blank.png');
  execFileSync('convert', ['-size', '200x200', 'xc:white', blank]);
  const { code: exit, out } = await scanner.scan(['--step', 'repair', blank]);
  assert.equal(exit, 12);
  assert.equal(out, `${blank}  not readable  no code was found in this picture\n`);
  assert.equal((await run(['decode', blank], {}, { program: 'spoor-scan' })).err, `${blank}: not readable: no code was found in this picture\n`);
});
