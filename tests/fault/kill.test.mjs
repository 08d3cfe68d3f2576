// The service and its PostgreSQL are killed while many write; who was told "recorded" is believed, once, and the history proves.
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, startSpoord, waitFor } from '../support/spoord.mjs';
import { newFolder, shell, thorough } from './lab.mjs';

const rounds = thorough ? 10 : 3;
const clients = 32;

/** Writes until `go.on` is false; each event is sent again, as it is, until it is answered. */
async function write(go, told) {
  while (go.on) {
    const event = { event_id: randomUUID(), code: 'KILL-1', kind: 'note', happened_at: new Date().toISOString(), private_note: 'written under fire' };
    for (let outcome; !outcome; ) {
      const answer = await fetch(`${go.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${go.token}` }, body: JSON.stringify({ events: [event] }) }).catch(() => null);
      const body = answer?.status === 200 && (await answer.json().catch(() => null));
      outcome = body?.outcomes?.[0];
      if (!outcome) await sleep(20);
      else assert.ok(['recorded', 'replayed'].includes(outcome.outcome), JSON.stringify(outcome));
      if (outcome) told.set(event.event_id, outcome.seq);
    }
  }
}

const postmaster = (state) => Number(readFileSync(join(state, 'pg/postmaster.pid'), 'utf8').split('\n')[0]);
const kill = (pid) => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
};
const victims = {
  service: (service) => kill(service.process.pid),
  PostgreSQL: (service, state) => kill(postmaster(state)),
  both: (service, state) => [postmaster(state), service.process.pid].forEach(kill),
};

test(`after ${rounds} kills under load each told event is there once, and a bundle is intact`, { timeout: 900000 }, async (t) => {
  const folder = newFolder('kill');
  const state = join(folder, 'state');
  const start = (port) => startSpoord({ demo: false, state: folder, port, env: { SPOOR_LOG_NAME: 'kill.test/spoor' } });
  let service = await start();
  const { port, url } = service;
  t.after(async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const token = (await service.run('token', 'add', 'fire', '--role', 'technician')).out.trim();
  assert.equal((await service.run('device', 'add', '--model', 'Fire', '--serial', 'KILL-1')).code, 0);
  const key = (await service.run('key', 'show')).out.trim();
  const told = new Map();
  const go = { on: true, url, token };
  const writers = Promise.all(Array.from({ length: clients }, () => write(go, told)));
  try {
    for (let round = 0; round < rounds; round++) {
      const before = told.size;
      await waitFor('some answers', () => told.size > before + clients, 60);
      await sleep(randomInt(700));
      const name = Object.keys(victims)[round % 3];
      victims[name](service, state);
      if (name !== 'PostgreSQL') {
        await service.ended;
        service = await start(port);
      }
      t.diagnostic(`round ${round}: ${name} was killed after ${told.size} answers`);
    }
    const last = told.size;
    await waitFor('answers after the last kill', () => told.size > last + clients, 60);
  } finally {
    go.on = false;
  }
  await writers;
  const query = async (sql) => (await shell('psql', ['-qXAt', `host=${join(state, 'run')} dbname=spoor user=spoor_login`, '-c', 'SET ROLE spoor_owner', '-c', sql])).stdout.trim();
  const kept = new Map((await query("SELECT event_id || ' ' || seq FROM spoor.event WHERE kind = 'note'")).split('\n').map((line) => line.split(' ')));
  assert.equal(kept.size, told.size);
  for (const [id, seq] of told) assert.equal(kept.get(id), String(seq), id);
  const size = Number(await query('SELECT next_seq FROM spoor.ledger_head'));
  await waitFor('the seal', async () => Number(await query('SELECT max(size) FROM spoor.checkpoint')) === size, 60);
  assert.equal((await service.run('export-bundle', join(folder, 'bundle'))).code, 0);
  const { code, out } = await run(['bundle', join(folder, 'bundle'), '--key', key], {}, { program: 'spoor-verify' });
  assert.equal(code, 0, out);
  t.diagnostic(`${told.size} events were told, ${kept.size} are kept; ${out.trim()}`);
});
