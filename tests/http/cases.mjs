// Hostile requests as bytes, and what must come back: the table that any of our servers is held against.
//
// A case: id (of the list of bad input), says (what must happen), bytes, want (a status for each answer, or a list of
// allowed ones; null: closed or refused, never a success), isClosed (the connection must end), count (answers to wait
// for, where it differs from want).

const many = (count, text) => Array(count).fill(text).join('');
const show = (text) => JSON.stringify(text);

/** `server`: { host, get, post, gets, posts }: a path that answers GET, one that answers a form, and their statuses. */
export function framingCases({ host, get, post, gets, posts }) {
  const head = `GET ${get} HTTP/1.1\r\nHost: ${host}\r\n`;
  const posted = `POST ${post} HTTP/1.1\r\nHost: ${host}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
  const next = `GET ${get} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const withHead = (lines) => `${head}${lines}\r\n\r\n`;
  const withLength = (length) => `${posted}Content-Length: ${length}\r\n\r\na=1`;
  const withTarget = (target, version = 'HTTP/1.1') => `GET ${target} ${version}\r\nHost: ${host}\r\n\r\n`;
  const withHost = (line) => `GET ${get} HTTP/1.1\r\n${line}\r\n\r\n`;
  const withMethod = (method) => `${method} ${get} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`;
  const refused = (id, says, bytes, status) => ({ id, says, bytes, want: [status], isClosed: true });
  const taken = (id, says, bytes, ...want) => ({ id, says, bytes, want: want.length ? want : [gets] });
  const dropped = (id, says, bytes) => ({ id, says, bytes, want: null, isClosed: true });
  const chunks = 'Transfer-Encoding: chunked\r\n';

  return [
    taken('-', 'answers an ordinary request', next),
    taken('-', 'takes an ordinary form', withLength(3), posts),
    refused('A1', 'refuses two different lengths', `${posted}Content-Length: 3\r\nContent-Length: 60\r\n\r\na=1${next}`, 400),
    refused('A2', 'refuses two equal lengths', `${posted}Content-Length: 3\r\nContent-Length: 3\r\n\r\na=1${next}`, 400),
    refused('A2', 'refuses a list of lengths', withLength('3, 3'), 400),
    refused('A3', 'refuses a length with chunks', `${posted}Content-Length: 3\r\n${chunks}\r\n0\r\n\r\n${next}`, 400),
    refused('A3', 'refuses chunks with a length', `${posted}${chunks}Content-Length: 3\r\n\r\n0\r\n\r\n${next}`, 400),
    refused('A4', 'asks for a length instead of chunks', `${posted}${chunks}\r\n3\r\na=1\r\n0\r\n\r\n${next}`, 411),
    refused('A4', 'asks HTTP/1.0 for a length too', `POST ${post} HTTP/1.0\r\nHost: ${host}\r\n${chunks}\r\n0\r\n\r\n`, 411),
    ...['xchunked', 'gzip, chunked', 'identity', 'chunked ', '\tchunked'].map((coding) =>
      refused('A5', `refuses the transfer coding ${show(coding)} at once`, `${posted}Transfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`, [400, 411])),
    refused('A5', 'refuses two transfer codings', `${posted}Transfer-Encoding: identity\r\n${chunks}\r\n0\r\n\r\n`, [400, 411]),
    ...['-1', '+3', '0x3', '', '3 3', '3,', '\xb3'].map((length) =>
      refused('A6', `refuses the length ${show(length)}`, withLength(length), 400)),
    ...['18446744073709551616', '18446744073709551615', '999999999', '65537', '10000000'].map((length) =>
      refused('A7', `refuses a body of ${length} bytes before any of it`, `${posted}Content-Length: ${length}\r\n\r\n`, 413)),
    ...['zz\r\n', 'ffffffffffffffffff\r\n', '3;x=y\r\na=1\r\n0\r\n\r\n', '3\na=1\n0\n\n', '0\r\nHost: evil\r\n\r\n'].map((chunk) =>
      refused('A8', `asks for a length, whatever the chunk: ${show(chunk.slice(0, 12))}`, `${posted}${chunks}\r\n${chunk}`, [400, 411])),
    { id: 'A9', says: 'gives a line that begins with a colon no rights', bytes: `${head}: x\r\n\r\n${next}`, want: null },
    { id: 'A10', says: 'gives a line that begins with NUL no rights', bytes: `${head}\0x: y\r\n\r\n${next}`, want: null },
    refused('A11', 'refuses a request without host', withHost('Accept: */*'), 400),
    refused('A11', 'refuses two hosts', withHost(`Host: ${host}\r\nHost: ${host}`), 400),
    ...['a b', 'a,b', 'user@a', 'a:99999', 'a:', ':80', '', 'a/b', '[::1', '[zz]:1', 'a:80:80'].map((name) =>
      refused('A11', `refuses the host ${show(name)}`, withHost(`Host: ${name}`), 400)),
    ...['evil.example', `a.${host}`, 'evil.example:80', '[::2]:80', '127.0.0.1'].map((name) =>
      refused('A12', `does not serve ${name}`, withHost(`Host: ${name}`), 421)),
    refused('A12', 'does not let another header name the host', withHost(`Host: evil.example\r\nX-Forwarded-Host: ${host}`), 421),
    refused('A13', 'refuses a blank before the colon', withHost(`Host : ${host}`), 400),
    refused('A13', 'refuses a header without colon', withHead('NoColon'), 400),
    ...['\x01', '\x1b[2J', '\x7f'].map((byte) =>
      refused('A13', `refuses the control byte ${show(byte)} in a value`, withHead(`X-Test: a${byte}b`), 400)),
    refused('A13', 'refuses a name with other symbols', withHead('X(Test): a'), 400),
    taken('A14', 'decides nothing behind a NUL in a value', withHead('X-Test: a\0b'), [gets, 400]),
    { id: 'A14', says: 'decides nothing behind a NUL in the address', bytes: withTarget(`${get}\0/../admin`), want: [[gets, 400, 505]] },
    taken('A15', 'reads a folded header as one value', withHead('X-Test: a\r\n b'), [gets, 400]),
    taken('A15', 'reads lines that end with LF only', `GET ${get} HTTP/1.1\nHost: ${host}\n\n`),
    taken('A15', 'passes over 100 empty lines', many(100, '\r\n') + next),
    dropped('A16', 'closes after a bare CR', `GET ${get} HTTP/1.1\rHost: ${host}\r\r`),
    dropped('A17', 'does not speak HTTP/0.9', `GET ${get}\r\n\r\n`),
    dropped('A17', 'does not speak HTTP/0.9 without a path', 'GET\r\n\r\n'),
    refused('A17', 'does not speak HTTP/2.0', withTarget(get, 'HTTP/2.0'), 505),
    dropped('A17', 'does not take the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    refused('A17', 'does not speak HTTP/1.2', withTarget(get, 'HTTP/1.2'), [400, 505]),
    dropped('A17', 'closes on a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03abc\r\n\r\n'),
    ...['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'].map((method) => ({
      ...taken('A18', `answers ${method} with what is allowed`, withMethod(method), 405), allows: true })),
    ...['get', 'F@O', 'BREW', many(1000, 'ABCD')].map((method) =>
      refused('A18', `does not know the method ${method.slice(0, 12)}`, withMethod(method), [400, 501])),
    refused('A18', 'does not connect elsewhere', `CONNECT evil:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 400),
    ...[`http://evil${get}`, `http://${host}${get}`, 'evil:443', '*', 'foo', '?a=1'].map((target) =>
      refused('A19', `refuses the target ${target}`, withTarget(target), 400)),
    ...[`${get} x`, `${get}\tx`, `${get} /admin`].map((target) =>
      dropped('A20', `refuses a blank in the target ${show(target)}`, withTarget(target))),
    refused('A21', 'refuses a GET with a body, and what follows', `${head}Content-Length: ${next.length}\r\n\r\n${next}${next}`, 400),
    { id: 'A22', says: 'answers 99 requests in one go', bytes: many(99, next), want: Array(99).fill(gets) },
    { id: 'A22', says: 'takes at most 100 requests of a connection', bytes: many(120, next), want: Array(100).fill(gets), isClosed: true },
    taken('A22', 'takes two forms in one go', withLength(3) + withLength(3), posts, posts),
    refused('A23', 'meets no other expectation than 100-continue', withHead('Expect: x'), 417),
    refused('A23', 'lets an expectation not change the limit', `${posted}Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n`, 413),
    taken('A24', 'reads an address of 2048 bytes', withTarget(`${get}?lang=${'b'.repeat(2048 - get.length - 6)}`)),
    taken('A24', 'takes headers of 7 KiB', withHead(`X-Test: ${'b'.repeat(7 * 1024)}`)),
    refused('A24', 'refuses an address of 2049 bytes', withTarget(`${get}?a=${'b'.repeat(2049 - get.length - 3)}`), 414),
    refused('A24', 'refuses an address of 8 KiB', withTarget(`${get}?a=${'b'.repeat(8000)}`), 414),
    refused('A24', 'refuses an address of 40 KiB', withTarget(`${get}?a=${'b'.repeat(40000)}`), [414, 431]),
    refused('A24', 'refuses a header of 40 KiB', withHead(`X-Test: ${'b'.repeat(40000)}`), 431),
    refused('A24', 'refuses 2,000 headers', withHead(`${many(2000, 'X-Test: b\r\n')}X: y`), 431),
    refused('A24', 'refuses a cookie of 20 KiB', withHead(`Cookie: sid=${'b'.repeat(20000)}`), 431),
    ...[9, 10, 11, 12, 13, 14, 15, 16].map((size) =>
      refused('A24', `refuses headers of ${size} KiB with an answer`, withHead(`X-Test: ${'b'.repeat(size * 1024)}`), 431)),
    taken('A25', 'ignores an upgrade to websocket', withHead('Connection: Upgrade\r\nUpgrade: websocket')),
    taken('A25', 'ignores an upgrade to HTTP/2', withHead('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk')),
    taken('A26', 'ignores a thousand ranges', withHead(`Range: bytes=${many(1000, '0-0,')}1-1`)),
    { ...taken('A28', 'keeps its own headers, whatever Connection names', withHead('Connection: close, keep-alive, Content-Length, X-Content-Type-Options')), keeps: true },
  ];
}

/** Addresses, parameters, forms. */
export function fieldCases({ host, get, post, gets, posts }) {
  const at = (path) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const formType = 'Content-Type: application/x-www-form-urlencoded';
  const sent = (body, headers = formType, path = post) =>
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nSec-Fetch-Site: same-origin\r\n${headers ? `${headers}\r\n` : ''}Content-Length: ${body.length}\r\n\r\n${body}`;
  const gives = (id, says, bytes, status) => ({ id, says, bytes, want: [status] });
  const distinct = (count) => Array.from({ length: count }, (_, n) => `f${n}=1`).join('&');

  return [
    ...['%00', '%2f', '%2F', '%5c', '%5C', '%zz', '%4', '%', '%0d%0aSet-Cookie:%20a=b', '%c0%ae', '%ff', '%ed%a0%80', '\\x', '%7f'].map((text) =>
      gives('B29', `refuses ${text} in an address`, at(`${get}${text}`), 400)),
    ...['/../../etc/passwd', '/./', `/${get}`, `${get};x`, `${get}%20`, `${get}/.`, `${get}/..`, `/.${get}`, `/%2e%2e${get}`].map((path) =>
      gives('B30', `knows nothing at ${path}`, at(path), 404)),
    gives('B31', 'decodes an address once only', at('/%252e%252e/%252e%252e'), 404),
    gives('B31', 'refuses overlong UTF-8', at('/%c0%ae%c0%ae/'), 400),
    gives('B32', 'keeps line ends out of its headers', at(`${get}?next=%0d%0aSet-Cookie:%20a=b%00`), 400),
    gives('B33', 'refuses a parameter that comes twice', at(`${get}?actor=1&actor=2`), 400),
    gives('B33', 'refuses a field that comes twice', sent('actor=1&actor=2'), 400),
    gives('B33', 'refuses a field in the address and in the form', sent('actor=1', formType, `${post}?actor=2`), 400),
    gives('B35', 'refuses 10,000 fields', sent(`${many(9999, 'a=1&')}a=1`), 413),
    gives('B35', 'refuses 201 fields', sent(distinct(201)), 413),
    gives('B35', 'refuses a name of 10 KiB', sent(`${'n'.repeat(10240)}=1`), [400, 413]),
    ...['=1', 'a[b]=c', 'a', 'a=1&', '&a=1', 'a=1&&b=2', 'a%00=1', 'a%=1', 'a=%', 'a=%e2%82', 'a=%00', 'a=%01', 'a=\xff', 'a=%c0%80', 'a=%f4%90%80%80'].map((body) =>
      gives('B35', `refuses the form ${show(body)}`, sent(body), 400)),
    ...['text/plain', 'multipart/form-data; boundary=x', 'application/json', 'application/x-www-form-urlencoded; charset=utf-7', 'application/x-www-form-urlencoded, text/plain', 'application/x-www-form-urlencodedx', ''].map((type) =>
      gives('B36', `does not read ${type || 'an empty type'}`, sent('a=1', `Content-Type: ${type}`), 415)),
    gives('B36', 'does not read a body without type', sent('a=1', ''), 415),
    gives('B36', 'refuses two types', sent('a=1', `${formType}\r\nContent-Type: text/plain`), 400),
    ...['application/x-www-form-urlencoded;charset=UTF-8', 'Application/X-WWW-Form-urlencoded ; charset="utf-8"'].map((type) =>
      gives('B36', `reads ${type}`, sent('a=1', `Content-Type: ${type}`), posts)),
    gives('B37', 'has no reader of multipart', sent(`--${'x'.repeat(60000)}\r\nContent-Disposition: form-data; name="f"; filename="../x"\r\n`, `Content-Type: multipart/form-data; boundary=${'x'.repeat(1000)}`), [413, 415]),
    { ...gives('B38', 'says so when a body does not come', `POST ${post} HTTP/1.1\r\nHost: ${host}\r\n${formType}\r\nContent-Length: 9\r\n\r\na=1`, 408), isClosed: true },
    { ...gives('B38', 'runs nothing behind the body', `${sent('a=1')}/admin`, posts) },
    gives('B39', 'does not unpack a body', sent('\x1f\x8b\x08', `${formType}\r\nContent-Encoding: gzip`), 415),
    gives('B29', 'still answers the plain address', at(get), gets),
  ];
}
