// A scanner without spoor-scan: a second implementation of what docs/ledger.md says that scanners sign.
import { createHash, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

export const u32 = (n) => Buffer.from([n >>> 24, n >>> 16, n >>> 8, n].map((x) => x & 255));

/** The name, then a field for each value that is not empty; numbers from 1. */
export function compose(name, values) {
  const parts = [Buffer.from(`${name}\0`)];
  values.forEach((value, i) => {
    const bytes = Buffer.from(value ?? '');
    if (bytes.length) parts.push(Buffer.from([i + 1]), u32(bytes.length), bytes);
  });
  return Buffer.concat(parts);
}
const hashed = (text) => (text ? createHash('sha256').update(text).digest() : '');
export const statement = (scanner, e) => compose('spoor-scan/v1', [scanner.server, scanner.id, `${e.scanner_seq}`, e.event_id, e.kind, e.code, e.step, e.reason, e.to, e.place,
  e.happened_at, e.corrects, e.clock_skew_ms ? `${e.clock_skew_ms}` : '', hashed(e.public_note), hashed(e.private_note),
  hashed(e.detail && JSON.stringify(Object.fromEntries(Object.entries(e.detail).sort()))), e.expected_from]);
export const rawKey = (key) => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
export const proofOf = (code, publicKey, key) => sign(null, compose('spoor-enrol/v1', [code, publicKey]), key).toString('hex');

/** A newly enrolled one; `account`: for whom it acts (a team of its own). */
export async function enrolScanner(service, { account, more = {} } = {}) {
  const added = await service.run('scanner', 'add', `Raw ${randomUUID().slice(0, 8)}`, ...(account ? ['--account', account] : []));
  const code = added.out.match(/enroll \S+ (\S+)/)[1];
  let scanner = await enrolWith(service, code, more);
  for (let tries = 0; scanner.status === 429 && tries < 40; tries++) {
    await new Promise((done) => setTimeout(done, 3000)); // many of one address
    scanner = await enrolWith(service, code, more);
  }
  return scanner;
}

/** With a code that somebody has; look at its status. */
export async function enrolWith(service, code, more = {}) {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawKey(privateKey).toString('hex');
  const body = { code, public_key: publicKey, proof: proofOf(code, publicKey, privateKey), ...more };
  const answer = await fetch(`${service.url}/api/v1/scanners/enroll`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const { scanner_id: id, key: token, server } = await answer.json();
  return { status: answer.status, id, token, server, key: privateKey, publicKey, next: 1 };
}

export const signed = (scanner, e) => ({ ...e, signature: sign(null, statement(scanner, e), scanner.key).toString('hex') });
