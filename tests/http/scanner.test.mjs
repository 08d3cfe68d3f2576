// The scanner against the real service, through a proxy that does what networks do: nothing lost, nothing doubled.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { closing } from '../support/patience.mjs';
import { enrolPatiently } from '../support/scanner.mjs';
import { Client, build, freePort, greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

const kills = Number(process.env.SPOOR_KILLS ?? 20);
const A_QUEUE = 40; // kills of one
let service, proxy, code, audit, places;
const folders = [];

const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const ledger = async () => lines(await (await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${audit}` } })).text());

/** Hands every request on to the service, and its answer back as `mode` says. */
async function startProxy() {
  const state = { mode: 'pass', seen: 0, skew: 0 };
  const forward = (incoming, body) => new Promise((done, fail) => {
    const outgoing = request(service.url + incoming.url, { method: incoming.method, headers: { ...incoming.headers, host: new URL(service.url).host, connection: 'close' } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    outgoing.on('error', fail);
    outgoing.end(body);
  });
  const page = '<!doctype html><title>Welcome to the guest network</title><form>Accept</form>';
  const modes = {
    pass: (out, real) => out.writeHead(real.status, real.headers).end(real.body),
    drop: (out) => out.socket.destroy(),
    truncate: (out, real) => {
      out.writeHead(real.status, real.headers);
      out.write(real.body.subarray(0, real.body.length >> 1), () => out.socket.destroy());
    },
    cut: (out, real) => out.writeHead(200, { 'content-type': 'application/json' }).end(real.body.subarray(0, real.body.length - 4)),
    portal: (out) => out.writeHead(200, { 'content-type': 'text/html' }).end(page),
    liar: (out) => out.writeHead(200, { 'content-type': 'application/json' }).end(page),
    redirect: (out) => out.writeHead(302, { location: `${service.url}/sign-in` }).end(),
    empty: (out) => out.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    others: (out, real) => out.writeHead(200, { 'content-type': 'application/json' }).end(real.body.toString().replaceAll(/"event_id":\s*"[0-9a-f]{8}/g, '"event_id":"00000000')),
    undecided: (out, real) => out.writeHead(200, { 'content-type': 'application/json' }).end(real.body.toString().replaceAll(/"outcome":\s*"\w+"/g, '"outcome":"unknown"')),
    busy: (out) => out.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '99999' }).end('{"detail":"too much at once"}'),
    upgrade: (out) => out.writeHead(426, { 'content-type': 'application/problem+json' }).end('{"detail":"this scanner is too old"}'),
    late: (out, real) => out.writeHead(real.status, { ...real.headers, date: new Date(Date.now() + state.skew).toUTCString() }).end(real.body),
  };
  const server = createServer((incoming, out) => {
    const parts = [];
    incoming.on('data', (part) => parts.push(part));
    incoming.on('end', async () => {
      state.seen++;
      if (state.mode === 'dead') return incoming.socket.destroy();
      const body = Buffer.concat(parts);
      try {
        const lost = ['portal', 'liar', 'redirect', 'empty', 'busy', 'upgrade'].includes(state.mode) && state.seen % 2; // does it reach the service?
        const answers = lost ? [] : await Promise.all(state.mode === 'double' ? [forward(incoming, body), forward(incoming, body)] : [forward(incoming, body)]);
        (modes[state.mode] ?? modes.pass)(out, answers.at(-1) ?? { status: 200, headers: {}, body: Buffer.from('{}') });
      } catch {
        out.socket.destroy();
      }
    });
  });
  const port = await freePort();
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return { ...state, url: `http://localhost:${port}`, set: (mode, skew = 0) => Object.assign(state, { mode, skew }), seen: () => state.seen, stop: () => { server.closeAllConnections(); server.close(); } };
}

/** A newly enrolled scanner: scan(args, input) and start(args). */
async function newScanner(url = proxy.url, place = tmpdir()) {
  proxy.set('pass');
  const folder = mkdtempSync(join(place, 'spoor-scan-'));
  folders.push(folder);
  const once = (await service.run('scanner', 'add', `S ${folders.length}`, '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const scan = (args, input) => run([...args, '--state', folder], {}, { program: 'spoor-scan', input });
  await enrolPatiently(scan, url, once);
  return {
    folder, scan,
    start: (args) => spawn(join(build, 'spoor-scan'), [...args, '--quiet', '--state', folder], { stdio: ['pipe', 'pipe', 'pipe'] }),
    status: async () => JSON.parse((await scan(['status', '--json'])).out),
    export: async () => lines((await scan(['export', '--json'])).out),
  };
}

before(async () => {
  service = await startSpoord();
  code = greeting(service.output()).sticker.split('/d/')[1];
  audit = (await service.run('token', 'add', 'audit', '--role', 'auditor')).out.trim();
  proxy = await startProxy();
}, { timeout: 120000 });
after(async () => {
  proxy?.stop();
  await service?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test('no answer but a whole one of the service takes a scan out of the queue, and no scan is recorded twice', { timeout: 120000 }, async () => {
  const scanner = await newScanner();
  const names = Array.from({ length: 130 }, (_, i) => `NET-${i}`);
  proxy.set('drop');
  const scanned = await scanner.scan(['--step', 'repair', '--stdin', '--json'], names.join('\n'));
  assert.equal(scanned.code, 13, 'all wait');
  assert.equal(lines(scanned.out).length, 130);
  assert.deepEqual((await scanner.export()).map(({ scanner_seq }) => scanner_seq), names.map((_, i) => i + 1));
  for (const mode of ['drop', 'truncate', 'cut', 'portal', 'liar', 'redirect', 'empty', 'others', 'undecided', 'busy', 'upgrade']) {
    proxy.set(mode);
    for (let i = 0; i < 2; i++) {
      const sent = await scanner.scan(['sync']);
      assert.equal(sent.code, 6, `${mode}: ${sent.out}${sent.err}`);
      assert.match(sent.err, /^spoor-scan sync: .{10,}/, mode);
      assert.equal((await scanner.status()).waiting, 130, mode);
    }
  }
  proxy.set('double');
  assert.equal((await scanner.scan(['sync'])).code, 0);
  const { waiting, needs_attention } = await scanner.status();
  assert.deepEqual([waiting, needs_attention], [0, 0]);
  const sent = new Map(lines(scanned.out).map(({ event_id }) => [event_id, 0]));
  assert.equal(sent.size, 130);
  for (const { event_id } of await ledger()) if (sent.has(event_id)) sent.set(event_id, sent.get(event_id) + 1);
  assert.deepEqual([...sent.values()].filter((count) => count !== 1), []);
});

test('what the service refuses stays, is shown, and can be offered again; its neighbours go', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  proxy.set('drop');
  await scanner.scan(['--step', 'repair', '--stdin'], 'GOOD-1\n');
  await scanner.scan(['--step', 'no_such_step', '--stdin'], 'BAD-1\n');
  await scanner.scan(['--step', 'Not-A-Step '.repeat(8), '--stdin'], 'WORSE-1\n'); // the request as a whole is refused for it
  await scanner.scan(['--step', 'repair', '--stdin'], 'GOOD-2\n');
  proxy.set('pass');
  const sent = await scanner.scan(['sync']);
  assert.equal(sent.code, 14, sent.out + sent.err);
  const kept = await scanner.export();
  assert.deepEqual(kept.map(({ code: name }) => name), ['BAD-1', 'WORSE-1']);
  assert.match(kept[0].attention, /no step with this name/);
  assert.match(kept[1].attention, /step/);
  const status = await scanner.scan(['status']);
  assert.match(status.out, /0 waiting, 2 need attention/);
  assert.match(status.out, /BAD-1 +step no_such_step\n +there is no step/);
  assert.match((await scanner.scan(['export'])).out, /^2\t\S+Z\t[0-9a-f-]{36}\tBAD-1\tstep no_such_step\tthere is no step/);
  assert.equal((await scanner.scan(['sync', '--again'])).code, 14);
  assert.equal((await scanner.status()).needs_attention, 2);
});

test('what was seen to is settled by its number: it leaves "needs attention", is not offered again, and export still shows it', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  assert.match((await scanner.scan(['attention'])).out, /Nothing needs attention/);
  proxy.set('drop');
  await scanner.scan(['--step', 'no_such_step', '--stdin'], 'SETTLED-1\nSETTLED-2\nSETTLED-3\n');
  proxy.set('pass');
  assert.equal((await scanner.scan(['sync'])).code, 14);
  const listed = (await scanner.scan(['attention'])).out;
  assert.match(listed, /^1 {2}\S+Z {2}SETTLED-1 {2}step no_such_step\n {4}there is no step with this name\n2 /);
  const shown = await scanner.scan(['settle', '1']);
  assert.match(shown.out, /SETTLED-1[^]*Nothing was changed/);
  assert.doesNotMatch(shown.out, /SETTLED-2/);
  for (const wrong of [['settle', '9', '--yes'], ['settle', '1', '9', '--yes'], ['settle', '--yes'], ['settle', '1', '--all', '--yes']])
    assert.notEqual((await scanner.scan(wrong)).code, 0, wrong.join(' '));
  assert.equal((await scanner.status()).needs_attention, 3);
  const done = await scanner.scan(['settle', '1', '--yes']);
  assert.match(done.out, /SETTLED-1[^]*1 settled; spoor-scan export still shows it/);
  assert.equal((await scanner.status()).needs_attention, 2);
  const seen = proxy.seen();
  assert.equal((await scanner.scan(['sync', '--again'])).code, 14);
  assert.equal(proxy.seen(), seen + 1);
  const [, event] = (await scanner.export()).map(({ event_id }) => event_id);
  assert.equal((await scanner.scan(['settle', event, '--yes'])).code, 0, 'by the id of its event as well');
  assert.equal((await scanner.scan(['settle', '--all', '--yes'])).code, 0);
  assert.equal((await scanner.scan(['sync'])).out, 'Everything was sent.\n');
  const kept = await scanner.export();
  assert.deepEqual(kept.map(({ scanner_seq, code: name, attention }) => [scanner_seq, name, attention]), [1, 2, 3].map((n) => [n, `SETTLED-${n}`, 'there is no step with this name']));
  for (const { settled_at, event: whole } of kept) assert.ok(settled_at.endsWith('Z') && whole.step === 'no_such_step');
  assert.match((await scanner.scan(['export'])).out, /^1\t\S+Z\t\S+\tSETTLED-1\tstep no_such_step\tsettled \S+Z: there is no step/);
  assert.equal((await scanner.status()).next_number, 4);
});

test('a step or reason that does not exist is told before the first scan, with those that do; without the server the scan is kept', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  const mistyped = await scanner.scan(['--step', 'diagnosys', '--stdin'], 'TYPED-1\nTYPED-2\n');
  assert.equal(mistyped.code, 2, mistyped.out + mistyped.err);
  assert.equal(mistyped.out, '');
  assert.match(mistyped.err, /there is no step 'diagnosys'; steps are: announced, intake, diagnosis, repair, /);
  const reason = await scanner.scan(['--reason', 'PARTS_ORDERD', '--stdin'], 'TYPED-1\n');
  assert.match(reason.err, /there is no reason 'PARTS_ORDERD'; reasons are: [^]*PARTS_ORDERED/);
  assert.deepEqual(await scanner.export(), []);
  assert.equal((await scanner.status()).next_number, 1);
  for (const mode of ['drop', 'portal', 'liar', 'busy', 'empty']) {
    proxy.set(mode);
    await scanner.scan(['--step', 'diagnosys', '--stdin'], `KEPT-ALTHOUGH-${mode}\n`);
  }
  assert.equal((await scanner.export()).length, 5);
  proxy.set('pass');
  assert.equal((await scanner.scan(['--step', 'diagnosis', '--reason', 'QUEUE', '--stdin'], `${code}\n`)).code, 14, 'what is kept is sent as well, and refused');
});

test('a clock that is wrong is told, and each scan keeps the difference', async () => {
  const scanner = await newScanner();
  proxy.set('late', 10 * 60 * 1000);
  assert.equal((await scanner.scan(['--step', 'repair', '--stdin'], `${code}\n`)).code, 0);
  const status = await scanner.scan(['status']);
  assert.match(status.out, /clock of this machine is (10 min|9 min 5\d) .*slow/);
  assert.match((await scanner.scan(['sync'])).err, /clock of this machine/);
  proxy.set('drop');
  await scanner.scan(['--step', 'ready', '--stdin'], `${code}\n`);
  const [{ skew_ms, event }] = await scanner.export();
  assert.ok(Math.abs(skew_ms - 600000) < 5000, String(skew_ms));
  assert.equal(event.clock_skew_ms, skew_ms);
  proxy.set('pass');
  assert.equal((await scanner.scan(['sync'])).code, 0);
  const row = (await ledger()).find(({ event_id }) => event_id === event.event_id);
  assert.ok(row.flags.includes('clock_suspect'), JSON.stringify(row));
});

test('a scan at the step return gives the device to its owner and ends the repair', async () => {
  const scanner = await newScanner();
  const admin = greeting(service.output()).accounts;
  const desk = await new Client(service.url).signIn('samira', admin.samira);
  const token = await desk.token('/intake');
  const receipt = await (await desk.post('/intake', { token, event_id: randomUUID(), device_id: '', make: 'Acer', model: 'Swift', serial: 'RETURN-1', asset_tag: '', label: '', owner_name: 'Jo Return', owner_email: '', problem: 'No picture', condition: '', accessories: '', expected_on: '' })).text();
  const link = receipt.match(/http:[^<"]*(\/t\/[0-9A-Z]{26})/)[1];
  const device = receipt.match(/\/bench\?device=([0-9a-f-]{36})/)[1];
  assert.equal((await scanner.scan(['--step', 'ready', '--stdin'], 'RETURN-1')).code, 0);
  assert.doesNotMatch(await (await desk.get(`/bench?device=${device}`)).text(), /<option value="return"/);
  assert.equal((await scanner.scan(['--step', 'return', '--stdin'], 'RETURN-1')).code, 0);
  const [last] = (await ledger()).filter(({ device_id }) => device_id === device).slice(-1);
  assert.deepEqual([last.kind, last.to, last.step], ['returned', 'Jo Return', 'return']);
  assert.match(await (await fetch(service.url + link)).text(), /back with you/);
});

test('a second scanner program on the same queue is told that it is in use, and can still look', async () => {
  const scanner = await newScanner();
  const first = scanner.start(['--step', 'repair', '--stdin', '--json']);
  const ended = closing(first);
  let out = '';
  first.stdout.on('data', (text) => (out += text));
  proxy.set('drop');
  first.stdin.write('HELD-1\n');
  await waitFor('the first scan', () => out.includes('HELD-1'));
  const second = await scanner.scan(['--step', 'repair', '--stdin'], 'HELD-2\n');
  assert.equal(second.code, 4);
  assert.match(second.err, /in use/);
  assert.equal((await scanner.status()).waiting, 1);
  first.stdin.end();
  assert.equal((await ended())[0], 13);
  proxy.set('pass');
  assert.equal((await scanner.scan(['sync'])).code, 0);
});

test('the thread goes on sending by itself once the service is back', { timeout: 60000 }, async () => {
  const scanner = await newScanner();
  proxy.set('drop');
  const live = scanner.start(['--step', 'repair', '--stdin', '--json']);
  const ended = closing(live);
  live.stdin.write('BACK-1\nBACK-2\n');
  await waitFor('both scans', async () => (await scanner.status().catch(() => ({}))).waiting === 2);
  proxy.set('pass');
  await waitFor('an empty queue', async () => (await scanner.status()).waiting === 0, 40);
  live.stdin.end();
  await ended();
});

test('cards set what the next scans mean, undo takes one back, the same label twice is one scan', async () => {
  const scanner = await newScanner();
  proxy.set('pass');
  await service.run('label', 'mint', '--count', '1', '--batch', 'shelf');
  const shelf = execFileSync('psql', ['-qXAt', `host=${join(service.state, 'state/run')} dbname=spoor user=spoor_login`, '-c', 'SET ROLE spoor_owner', '-c', "SELECT code FROM spoor.label WHERE batch = 'shelf'"], { encoding: 'utf8' }).trim();
  const admin = await new Client(service.url).signIn('admin', greeting(service.output()).accounts.admin);
  assert.equal((await admin.post('/places', { token: await admin.token('/places'), name: 'Shelf B2', label: shelf })).status, 303);
  const input = ['SERIAL-7', 'SPOOR:STEP:diagnosis', code, code, 'SPOOR:REASON:PARTS_ORDERED', code, `SPOOR:PLACE:${shelf}`, 'CARDS-2', 'SPOOR:UNDO', 'CARDS-2', 'SPOOR:DONE', code].join('\n');
  const said = await scanner.scan(['--stdin', '--json'], input);
  assert.deepEqual(lines(said.out).filter(({ result }) => result === 'read twice').map(({ detail }) => detail), ['the same as a moment ago, not recorded again: step diagnosis']);
  const results = lines(said.out).map(({ code: name, result }) => (name ? result : `> ${result}`));
  assert.deepEqual(results, [
    'NOT RECORDED', '> step diagnosis', 'recorded', 'read twice', '> waiting PARTS_ORDERED', 'recorded',
    `> waiting PARTS_ORDERED, place ${shelf.slice(0, 5)}-${shelf.slice(5)}`, 'not known', 'recorded', 'recorded', '> nothing chosen', 'NOT RECORDED',
  ]);
  assert.equal(said.code, 15);
  const mine = new Map(lines(said.out).filter(({ event_id }) => event_id).map(({ event_id, scanner_seq }) => [event_id, scanner_seq]));
  const rows = (await ledger()).filter(({ event_id }) => mine.has(event_id));
  assert.deepEqual(rows.map(({ kind }) => kind), ['step', 'waiting', 'waiting', 'corrected', 'waiting']);
  assert.deepEqual([...mine.values()], [1, 2, 3, 4, 5]);
  assert.equal(rows[2].place, 'Shelf B2');
});

test('what is told of a scan names the device, where it stands and who has it, in words; a refusal names what was meant', async () => {
  const scanner = await newScanner();
  const minted = async (batch) => {
    await service.run('label', 'mint', '--count', '1', '--batch', batch);
    return execFileSync('psql', ['-qXAt', `host=${join(service.state, 'state/run')} dbname=spoor user=spoor_login`, '-c', 'SET ROLE spoor_owner', '-c', `SELECT code FROM spoor.label WHERE batch = '${batch}'`], { encoding: 'utf8' }).trim();
  };
  const [badge, nobodys] = [await minted('badge'), await minted('nobodys')];
  assert.equal((await service.run('account', 'badge', 'samira', badge)).code, 0);
  const told = async (...args) => lines((await scanner.scan([...args, '--stdin', '--json'], `${code}\n`)).out).map(({ result, detail }) => `${result}: ${detail}`);
  const names = JSON.parse((await service.run('account', 'list', '--json')).out);
  const named = (login) => names.find((account) => account.login === login).name;
  const first = await told('--step', 'diagnosis', '--reason', 'QUEUE');
  const device = first[0].match(/^recorded: (\S.*): Diagnosis, with /)?.[1];
  assert.deepEqual(first, [`recorded: ${device}: Diagnosis, with ${named('noor')}`]);
  assert.match((await told('--reason', 'PARTS_ORDERED'))[0], new RegExp(`^recorded: ${device}: Diagnosis, waiting: [A-Z][^,]*part[^,]*, with ${named('noor')}$`));
  assert.match((await told('--person', badge))[0], new RegExp(`^recorded: ${device}: Diagnosis, waiting: [^,]*, with ${named('samira')}$`));
  assert.deepEqual(await told('--person', nobodys), [`refused: to ${nobodys.slice(0, 5)}-${nobodys.slice(5)}: this label is nobody's badge`]);
});

/** How long a scanner needs, on this machine as busy as it is, until it tells its first scan; ms. */
async function timeToTell() {
  const began = Date.now();
  const child = (await newScanner(proxy.url, build)).start(['--step', 'repair', '--stdin', '--json']);
  const ended = closing(child);
  const told = new Promise((done) => child.stdout.once('data', done));
  child.stdin.on('error', () => {});
  child.stdin.write('TRIAL-1\n');
  await Promise.race([told, ended()]);
  const took = Date.now() - began;
  child.kill('SIGKILL');
  await ended();
  return took;
}

/** A scanner with a queue of its own, killed so many times; then what it kept must all come into the ledger. */
async function killed(count) {
  const span = 90 + 2 * (await timeToTell()); // of the moments, in ms: a busy machine takes long to tell the first scan
  const scanner = await newScanner(proxy.url, build); // on the disk: in memory it would scan a thousand between two kills
  proxy.set('dead'); // after newScanner(), which lets everything pass
  const told = new Map();
  const before = (await ledger()).length;
  let round = 0;
  for (; round < count; round++) {
    const child = scanner.start(['--step', 'repair', '--stdin', '--json']);
    const ended = closing(child);
    let out = '';
    let sent = 0;
    child.stdout.on('data', (text) => (out += text));
    child.stdin.on('error', () => {});
    const feed = () => {
      while (sent < 3000 && child.stdin.write(`KILL_${round}_${sent++}\n`)) ;
    };
    child.stdin.on('drain', feed);
    feed();
    if (round % 2) await waitFor('the first scan', () => out.includes('\n')); // every other one in the midst of scanning
    await new Promise((done) => setTimeout(done, Math.random() * span));
    child.kill('SIGKILL');
    await ended();
    for (const line of out.split('\n').slice(0, -1)) {
      const { code: name, event_id, result } = JSON.parse(line);
      assert.equal(result, 'waiting', line);
      assert.ok(!told.has(name));
      told.set(name, event_id);
    }
  }
  const kept = await scanner.export();
  const byName = new Map(kept.map((item) => [item.code, item]));
  assert.equal(byName.size, kept.length, 'no scan is there twice');
  assert.deepEqual([...told].filter(([name, event_id]) => byName.get(name)?.event_id !== event_id), []);
  assert.ok(kept.length - told.size <= count, 'at most the one that was being told');
  assert.deepEqual(kept.map(({ scanner_seq }) => scanner_seq), kept.map((_, i) => i + 1), 'numbers without gaps');
  assert.ok(told.size > count / 4, `${told.size} scans were told`);
  proxy.set('pass');
  for (let i = 0; i < 3; i++) { // killed while sending, too
    const child = spawn(join(build, 'spoor-scan'), ['sync', '--state', scanner.folder], { stdio: 'ignore' });
    const ended = closing(child);
    await new Promise((done) => setTimeout(done, Math.random() * 60));
    child.kill('SIGKILL');
    await ended();
  }
  assert.equal((await scanner.scan(['sync'])).code, 0);
  assert.equal((await scanner.status()).waiting, 0);
  const rows = (await ledger()).slice(before);
  assert.deepEqual(rows.map(({ event_id }) => event_id).sort(), kept.map(({ event_id }) => event_id).sort());
  return { told: told.size, kept: kept.length };
}

test(`kill -9 at ${kills} random moments: every scan that was told is in the queue once, and then in the ledger once`, { timeout: 60_000 + kills * 5000 }, async () => {
  let told = 0, kept = 0;
  for (let left = kills; left > 0; left -= A_QUEUE) { // a start reads the whole queue: one for all kills would only test patience
    const one = await killed(Math.min(left, A_QUEUE));
    told += one.told;
    kept += one.kept;
  }
  console.log(`# ${kills} kills, ${told} scans told, ${kept} kept`);
});

test('the state folder is for its owner alone', async () => {
  const scanner = await newScanner();
  proxy.set('pass');
  await scanner.scan(['--step', 'repair', '--stdin'], `${code}\n`);
  for (const name of ['enrolment', 'queue.db', 'counter', 'lock']) assert.equal(statSync(join(scanner.folder, name)).mode & 0o077, 0, name);
});
