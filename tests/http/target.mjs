// Which server the cases are sent to: the one at SPOOR_TEST_URL, or an echo server of our own.
//
//   SPOOR_TEST_URL=http://localhost:8080 SPOOR_TEST_GET=/sign-in SPOOR_TEST_POST=/sign-in node --test tests/http/framing.test.mjs
import { exchange, form, request, startEcho } from './wire.mjs';

export async function target() {
  const url = process.env.SPOOR_TEST_URL && new URL(process.env.SPOOR_TEST_URL);
  const echo = url ? null : await startEcho('head=1500', 'whole=3000');
  const server = url
    ? { port: Number(url.port || 80), host: url.host, get: process.env.SPOOR_TEST_GET ?? '/sign-in', post: process.env.SPOOR_TEST_POST ?? '/sign-in' }
    : { port: echo.port, host: 'spoor.test', get: '/echo', post: '/echo' };
  const ordinary = async (bytes) => (await exchange(server.port, bytes)).answers[0]?.status;
  server.gets = await ordinary(request('GET', server.get, { host: server.host }));
  server.posts = await ordinary(form(server.post, 'a=1', { host: server.host }));
  server.stop = async () => (echo ? echo.stop() : 0);
  return server;
}
