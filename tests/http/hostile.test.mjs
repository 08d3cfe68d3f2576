// Lists A and B of bad input against the real service: nothing of it is stored, and the log stays readable.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { startHouse } from '../support/house.mjs';
import { fieldCases, framingCases } from './cases.mjs';
import { hold, holdPrefixes } from './hold.mjs';
import { exchange, form, request } from './wire.mjs';

const house = await startHouse();
const server = { port: house.service.port, host: `localhost:${house.service.port}`, get: '/sign-in', post: '/sign-in', gets: 200, posts: 400 };
const counts = await house.counts();
after(() => house.stop());

// Some of these last as long as the service's patience does, so many run at once.
describe('the service', { concurrency: 16 }, () => {
  hold(framingCases, server, 'framing');
  hold(fieldCases, server, 'fields');
});

test('A27: survives a request that is cut after each byte', async () => {
  await holdPrefixes(server, form(server.post, 'login=a&password=b', { host: server.host }));
  const { answers } = await exchange(server.port, request('GET', server.get, { host: server.host }));
  assert.equal(answers[0].status, 200);
});

test('nothing of all that was stored', async () => {
  assert.equal(await house.counts(), counts);
});

test('no line of the log has a raw control byte', () => {
  assert.match(house.service.log(), /msg=request/);
  assert.doesNotMatch(house.service.log(), /[\x00-\x09\x0b-\x1f\x7f]/);
});

test('the process that began is the one that still answers', () => {
  assert.equal(house.service.process.exitCode, null);
});
