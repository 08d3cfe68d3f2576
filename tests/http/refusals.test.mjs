// What people read when something is not possible: in their language, in plain words, and with the style sheet of every page.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startHouse } from '../support/house.mjs';
import { Client } from '../support/spoord.mjs';

let house, service, noor;

before(async () => {
  house = await startHouse();
  service = house.service;
  noor = await new Client(service.url).signIn('noor', house.demo.accounts.noor);
}, { timeout: 120000 });
after(() => house?.stop());

const read = async (path, headers = {}) => (await fetch(service.url + path, { headers })).text();

test('an address that leads nowhere is answered in the language of the address, or else of the browser', async () => {
  const dutch = /<html lang="nl">[\s\S]*Op dit adres staat niets\./, english = /<html lang="en">[\s\S]*There is nothing at this address\./;
  assert.match(await read('/nothing?lang=nl'), dutch);
  assert.match(await read('/nothing', { 'accept-language': 'nl-NL,nl;q=0.9' }), dutch);
  assert.match(await read('/nothing?lang=en', { 'accept-language': 'nl' }), english);
  assert.match(await read('/nothing?lang=xx&%ff=%zz', { 'accept-language': 'nl' }), dutch);
  assert.match(await read('/nothing'), english);
  assert.match(await (await fetch(`${service.url}/bench/record?lang=nl`)).text(), /<html lang="nl">/, 'a method that is not there, too');
});

// The last: it takes the database away.
test('without its database the service says so in words of the reader, and the page keeps its style sheet', async () => {
  await promisify(execFile)('psql', ['-qX', '-h', house.database.match(/host=(\S+)/)[1], '-U', 'postgres', '-d', 'postgres',
    '-c', 'ALTER DATABASE spoor ALLOW_CONNECTIONS false', '-c', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'spoor'"]);
  const away = await noor.get('/bench?lang=nl');
  const page = await away.text();
  assert.equal(away.status, 503);
  assert.match(page, /Dit kan nu even niet\. Wat is vastgelegd, is veilig/);
  assert.match(page, /<a class="btn primary" href="">Opnieuw proberen<\/a>/);
  assert.equal((await noor.get('/static/app.css')).status, 200);
});
