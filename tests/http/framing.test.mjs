// Lists A and B of bad input, as bytes.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fieldCases, framingCases } from './cases.mjs';
import { hold, holdPrefixes } from './hold.mjs';
import { target } from './target.mjs';
import { form, exchange, request } from './wire.mjs';

const server = await target();
after(async () => assert.equal(await server.stop(), 0));

hold(framingCases, server, 'framing');
hold(fieldCases, server, 'fields');

test('framing A27: survives a request that is cut after each byte', async () => {
  await holdPrefixes(server, form(server.post, 'a=1&b=2', { host: server.host }));
  const { answers } = await exchange(server.port, request('GET', server.get, { host: server.host }));
  assert.equal(answers[0].status, server.gets);
});
