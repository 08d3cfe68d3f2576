// What scanners sign: checked by a second implementation, against the real service.
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { enrolScanner, proofOf, rawKey, signed, statement, u32 } from '../support/raw_scanner.mjs';
import { Client, greeting, run, startSpoord, waitFor } from '../support/spoord.mjs';

let service, code, lead;
const folders = [];

const enrol = (more) => enrolScanner(service, { account: 'noor', more });
const event = (scanner, more = {}) => ({ event_id: randomUUID(), kind: 'step', step: 'repair', code, happened_at: new Date().toISOString().replace('Z', '+00:00'), scanner_seq: scanner.next++, ...more });
async function post(scanner, events, token = scanner.token) {
  const answer = await fetch(`${service.url}/api/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ events }) });
  return { status: answer.status, ...(await answer.json()) };
}
const outcomeOf = async (scanner, e) => (await post(scanner, [e])).outcomes[0];

before(async () => {
  service = await startSpoord();
  const { accounts, sticker } = greeting(service.output());
  code = sticker.split('/d/')[1];
  const [login] = Object.keys(accounts).filter((name) => /lead|admin|lars|iris/.test(name));
  lead = await new Client(service.url).signIn(login ?? Object.keys(accounts)[0], accounts[login ?? Object.keys(accounts)[0]]);
}, { timeout: 120000 });
after(async () => {
  await service?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test('a signed scan is recorded; a second implementation of the statement agrees', async () => {
  const scanner = await enrol();
  assert.equal(scanner.status, 200);
  const full = event(scanner, { public_note: 'Scherm vervangen ✓', private_note: 'n', detail: { b: 1, a: 'x' }, clock_skew_ms: -1500, reason: 'QUEUE' });
  assert.equal((await outcomeOf(scanner, signed(scanner, full))).outcome, 'recorded');
  assert.equal((await outcomeOf(scanner, signed(scanner, full))).outcome, 'replayed');
  const { highest_scanner_seq } = await post(scanner, [signed(scanner, event(scanner))]);
  assert.equal(highest_scanner_seq, 2);
});

test('whatever is changed on the way is refused by the signature, and nothing is recorded', async () => {
  const scanner = await enrol();
  const other = await enrol();
  const good = event(scanner, { public_note: 'a', private_note: 'b', detail: { a: 1 }, clock_skew_ms: 2000, reason: 'QUEUE' });
  const whole = signed(scanner, good);
  const changes = { event_id: randomUUID(), kind: 'note', step: 'ready', code: 'OTHER-1', happened_at: good.happened_at.replace('+00:00', '+01:00'), scanner_seq: 99, public_note: 'A', private_note: 'B', detail: { a: 2 }, clock_skew_ms: 2001, reason: 'OTHER', to: code, place: code, corrects: randomUUID(), expected_from: randomUUID() };
  const tried = [];
  for (const [name, value] of Object.entries(changes)) tried.push([name, { ...whole, [name]: value }]);
  for (const name of ['public_note', 'detail', 'clock_skew_ms', 'reason', 'happened_at']) {
    const { [name]: gone, ...rest } = whole;
    tried.push([`without ${name}`, rest]);
  }
  for (let bit = 0; bit < 512; bit += 37) {
    const bytes = Buffer.from(whole.signature, 'hex');
    bytes[bit >> 3] ^= 1 << (bit & 7);
    tried.push([`bit ${bit}`, { ...whole, signature: bytes.toString('hex') }]);
  }
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const bytes = Buffer.from(whole.signature, 'hex');
  let s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order;
  for (let i = 32; i < 64; i++, s >>= 8n) bytes[i] = Number(s & 255n);
  tried.push(['S that is not canonical', { ...whole, signature: bytes.toString('hex') }]);
  tried.push(['capital digits', { ...whole, signature: whole.signature.toUpperCase() }]);
  tried.push(['another key', { ...good, signature: sign(null, statement(scanner, good), other.key).toString('hex') }]);
  tried.push(['another scanner', { ...good, signature: sign(null, statement({ ...scanner, id: other.id }, good), scanner.key).toString('hex') }]);
  tried.push(['another server', { ...good, signature: sign(null, statement({ ...scanner, server: 'https://other.example.nl' }, good), scanner.key).toString('hex') }]);
  tried.push(['no signature', good]);
  tried.push(['no number', (({ scanner_seq, ...rest }) => rest)(whole)]);
  for (const [name, e] of tried) {
    const { outcome, message } = await outcomeOf(scanner, e);
    assert.equal(outcome, 'refused', name);
    assert.match(message, /signature|number/, name);
  }
  assert.equal((await outcomeOf(other, whole)).outcome, 'refused', 'sent with the token of another scanner');
  assert.equal((await post(scanner, [whole], 'x'.repeat(52))).status, 401);
  assert.equal((await outcomeOf(scanner, whole)).outcome, 'recorded', 'and the true one still goes in');
  const token = (await service.run('token', 'add', 'script', '--role', 'technician')).out.trim();
  assert.equal((await post(scanner, [whole], token)).status, 400, 'only scanners sign');
});

test('a difference that no clock has is refused by its name, from whoever sends it', async () => {
  const token = (await service.run('token', 'add', 'clock', '--role', 'technician')).out.trim();
  for (const ms of [12345678901234, -10000000000000])
    for (const [path, more] of [['detail.', { detail: { clock_skew_ms: ms } }], ['', { clock_skew_ms: ms }]]) {
      const { status, field } = await post({ token }, [{ event_id: randomUUID(), code, kind: 'moved', happened_at: '2026-11-25T10:00:00+01:00', ...more }]);
      assert.deepEqual([status, field], [400, `events[0].${path}clock_skew_ms`]);
    }
});

test('a key that cannot be trusted does not enrol, and its code stays unused', async () => {
  const once = (await service.run('scanner', 'add', 'Careful', '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const { privateKey } = generateKeyPairSync('ed25519');
  const { privateKey: other } = generateKeyPairSync('ed25519');
  const publicKey = rawKey(privateKey).toString('hex');
  const proof = (key, pub) => proofOf(once, pub, key);
  const ask = (body) => fetch(`${service.url}/api/v1/scanners/enroll`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const zeros = '00'.repeat(32);
  const one = `01${'00'.repeat(31)}`;
  const bad = [{ code: once }, { code: once, public_key: publicKey }, { code: once, public_key: publicKey, proof: proof(other, publicKey) },
    { code: once, public_key: rawKey(other).toString('hex'), proof: proof(privateKey, rawKey(other).toString('hex')) },
    { code: once, public_key: zeros, proof: '00'.repeat(64) }, { code: once, public_key: one, proof: `${one}${zeros}` },
    { code: once, public_key: 'ff'.repeat(32), proof: proof(privateKey, publicKey) }];
  for (const body of bad) assert.equal((await ask(body)).status, 400, JSON.stringify(body));
  assert.equal((await ask({ code: once, public_key: publicKey, proof: proof(privateKey, publicKey) })).status, 200);
});

test('the sealed entry commits to key, signature and statement, and an auditor can check them with other tools', async () => {
  const scanner = await enrol();
  const e = signed(scanner, event(scanner, { public_note: 'geheim' }));
  await post(scanner, [e]);
  const audit = (await service.run('token', 'add', `a-${scanner.id.slice(0, 8)}`, '--role', 'auditor')).out.trim();
  const receipt = await waitFor('a receipt', async () => {
    const answer = await fetch(`${service.url}/api/v1/events/${e.event_id}/receipt`, { headers: { authorization: `Bearer ${audit}` } });
    return answer.status === 200 && answer.text();
  });
  const extra = Buffer.from(receipt.match(/^extra (\S+)$/m)[1], 'base64');
  const entry = extra.subarray(2, 2 + extra.readUInt16BE(0));
  const fields = new Map();
  for (let at = 5; at < entry.length; at += 3 + entry.readUInt16BE(at + 1)) fields.set(entry[at], entry.subarray(at + 3, at + 3 + entry.readUInt16BE(at + 1)));
  const openings = new Map();
  for (let at = 2 + entry.length; at < extra.length;) {
    const length = extra.readUInt16BE(at + 1);
    openings.set(extra[at], { value: extra.subarray(at + 3, at + 3 + length), salt: extra.subarray(at + 3 + length, at + 35 + length) });
    at += 35 + length;
  }
  const { value, salt } = openings.get(0x21);
  const commitment = createHmac('sha256', salt).update(Buffer.concat([Buffer.from('spoor/v1\0S'), u32(value.length), value])).digest();
  assert.deepEqual(commitment, fields.get(0x21));
  const [word, key, signature, said] = value.toString().split(' ');
  assert.deepEqual([word, key, signature], ['ed25519', scanner.publicKey, e.signature]);
  const bytes = Buffer.from(said, 'hex');
  assert.deepEqual(bytes, statement(scanner, e));
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'hex')]);
  assert.ok(verify(null, bytes, createPublicKey({ key: spki, format: 'der', type: 'spki' }), Buffer.from(signature, 'hex')));
  assert.ok(!said.includes(Buffer.from('geheim').toString('hex')), 'no note stands in the statement');
});

test('a revoked scanner: what it made before is recorded and flagged, what came later is kept apart, nothing else is open to it', async () => {
  const scanner = await enrol();
  const early = signed(scanner, event(scanner, { code: 'REVOKED-1' }));
  await new Promise((done) => setTimeout(done, 20));
  assert.equal((await lead.post('/scanners/revoke', { token: await lead.token('/scanners'), id: scanner.id })).status, 303);
  await new Promise((done) => setTimeout(done, 20));
  const late = signed(scanner, event(scanner, { code: 'REVOKED-2' }));
  const { outcomes } = await post(scanner, [early, late]);
  assert.deepEqual(outcomes.map(({ outcome, flags }) => [outcome, flags.includes('revoked_sender')]), [['recorded', true], ['conflict', true]]);
  assert.match(outcomes[0].message, /revoked/);
  assert.match(outcomes[1].message, /revoked before this was scanned; it is kept/);
  assert.deepEqual((await post(scanner, [early, late])).outcomes.map(({ outcome }) => outcome), ['replayed', 'conflict']);
  assert.equal((await fetch(`${service.url}/api/v1/devices/${code}`, { headers: { authorization: `Bearer ${scanner.token}` } })).status, 403);
  const page = await (await lead.get('/exceptions')).text();
  assert.equal(page.split('this scanner was revoked before this was scanned').length, 2, 'kept once');
});

test('a lead sees the numbers that never came', async () => {
  const scanner = await enrol({ first_scanner_seq: 41 });
  scanner.next = 43;
  await post(scanner, [signed(scanner, event(scanner)), signed(scanner, event(scanner))]);
  scanner.next = 47;
  await post(scanner, [signed(scanner, event(scanner))]);
  const page = await (await lead.get('/exceptions')).text();
  assert.match(page, /41 – 42/);
  assert.match(page, /45 – 46/);
});

test('a scanner from before there were signatures is told to enrol again; what it keeps is signed then, and goes along', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-scan-'));
  folders.push(folder);
  const scan = (args, input) => run([...args, '--state', folder], {}, { program: 'spoor-scan', input });
  writeFileSync(join(folder, 'enrolment'), `${service.url}\nOLDTOKEN\nOld bench\n`, { mode: 0o600 });
  const old = { event_id: randomUUID(), happened_at: '2026-11-25T10:00:00.000+01:00', scanner_seq: 7, code, kind: 'step', step: 'ready', detail: { clock_skew_ms: 1500 } };
  const crc = (text) => { // CRC-32C
    let sum = ~0;
    for (const byte of Buffer.from(text)) { sum ^= byte; for (let i = 0; i < 8; i++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82F63B78 : 0); }
    return (~sum >>> 0).toString(16).padStart(8, '0');
  };
  const second = { ...old, event_id: randomUUID(), step: 'repair' }; // with the same number, as after a queue was set back
  const kept = [old, second].map((e) => `7 ${e.event_id} ${JSON.stringify(e)}`);
  writeFileSync(join(folder, 'queue'), kept.map((rest) => `S ${crc(rest)} ${rest}\n`).join(''));
  for (const args of [['sync'], ['--step', 'repair', '--stdin']]) {
    const said = await scan(args, `${code}\n`);
    assert.equal(said.code, 5, said.out);
    assert.match(said.err, /enrol it again: spoor-scan enroll http\S+ CODE/);
  }
  assert.match((await scan(['status'])).out, /1 waiting, 1 need attention, next number 9[^]*enrol it again[^]*step repair\n.*came with number 7/);
  const once = (await service.run('scanner', 'add', 'New bench', '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const enrolled = await scan(['enroll', service.url, once]);
  assert.equal(enrolled.code, 0, enrolled.err);
  const sent = await scan(['sync']);
  assert.equal(sent.code, 14, sent.out + sent.err);
  const again = await scan(['sync', '--again']);
  assert.equal(again.code, 0, again.out + again.err);
  assert.ok(!(await (await lead.get('/exceptions')).text()).includes('<b>New bench</b>'), 'its numbers begin with what it kept');
  const audit = (await service.run('token', 'add', 'audit of kept scans', '--role', 'auditor')).out.trim();
  const ledger = await (await fetch(`${service.url}/api/v1/events`, { headers: { authorization: `Bearer ${audit}` } })).text();
  for (const { event_id } of [old, second]) assert.equal(ledger.split('\n').filter((line) => line && JSON.parse(line).event_id === event_id).length, 1, 'recorded once');
});

test('a queue of another scanner or server is refused by name, and is not touched', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-scan-'));
  folders.push(folder);
  const scan = (args, input) => run([...args, '--state', folder], {}, { program: 'spoor-scan', input });
  const code1 = (await service.run('scanner', 'add', 'First', '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  const code2 = (await service.run('scanner', 'add', 'Second', '--account', 'noor')).out.match(/enroll \S+ (\S+)/)[1];
  assert.equal((await scan(['enroll', service.url, code1])).code, 0);
  const lines = readFileSync(join(folder, 'enrolment'), 'utf8').split('\n');
  lines[0] = 'http://localhost:1';
  writeFileSync(join(folder, 'enrolment'), lines.join('\n'));
  assert.equal((await scan(['--step', 'repair', '--stdin'], 'OWNED-1\n')).code, 13);
  const again = await scan(['enroll', service.url, code2]);
  assert.equal(again.code, 4, 'no new key while scans wait that the old one signed');
  assert.match(again.err, /1 scans of scanner "First"/);
  lines[2] = 'Second';
  lines[3] = randomUUID();
  writeFileSync(join(folder, 'enrolment'), lines.join('\n'));
  const refused = await scan(['--step', 'repair', '--stdin'], 'OWNED-2\n');
  assert.equal(refused.code, 4);
  assert.match(refused.err, /belong to scanner "First" of http\S+, not to scanner "Second" of http/);
  assert.equal(JSON.parse((await scan(['status', '--json'])).out).waiting, 1);
});

test('a scan whose number was used before is recorded without it, and sealing goes on', async () => {
  const scanner = await enrol();
  const first = event(scanner);
  assert.equal((await outcomeOf(scanner, signed(scanner, first))).outcome, 'recorded');
  const { outcome, flags } = await outcomeOf(scanner, signed(scanner, event(scanner, { scanner_seq: first.scanner_seq })));
  assert.equal(outcome, 'recorded');
  assert.deepEqual(flags, ['number_reused']);
  const size = async () => Number((await (await fetch(`${service.url}/log/checkpoint`)).text()).split('\n')[1]);
  const { seq } = await outcomeOf(scanner, signed(scanner, event(scanner)));
  await waitFor('the seal of all', async () => (await size()) > seq);
});
