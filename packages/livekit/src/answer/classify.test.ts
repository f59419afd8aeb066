import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rejectionOf } from '../rejection.ts';
import { classifyAnswer } from './classify.ts';
import { httpAnswer, MAX_BODY_BYTES } from './http-answer.ts';

const URL = 'http://livekit.example.com/rtc/v1/validate';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6e319.c2lnbmF0dXJl';

type Headers = Record<string, string>;
type Expected = [who: string, product: string | null, kind: string];

const CORS = { vary: 'Origin', 'content-type': 'text/plain; charset=utf-8' };
const HTML = { 'content-type': 'text/html' };
const NGINX = { server: 'nginx/1.22.1', ...HTML };
const nginxPage = (title: string, more = '') =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n${more}<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n`;
const haproxyPage = (title: string, text: string) =>
  `<html><body><h1>${title}</h1>\n${text}\n</body></html>\n`;
const albPage = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;

/**
 * Bodies and headers in the form that each program sends; those of nginx 1.22 and HAProxy 2.6 are
 * recordings.
 */
const ANSWERS: [name: string, number, Headers, string, ...Expected][] = [
  // Answers of livekit-server itself.
  ['limit', 503, CORS, 'node has exceeded its configured limit', 'livekit', null, 'server_full'],
  [
    'limit through nginx',
    503,
    { ...CORS, server: 'nginx' },
    'node has exceeded its configured limit',
    'livekit',
    'nginx',
    'server_full',
  ],
  ['no node', 503, CORS, 'no response from servers', 'livekit', null, 'server_error'],
  ['room full', 500, CORS, 'connection closed by media', 'livekit', null, 'room_full'],
  [
    'no signal response',
    500,
    CORS,
    'timed out while waiting for signal response',
    'livekit',
    null,
    'server_error',
  ],
  [
    'Redis is gone',
    500,
    CORS,
    'dial tcp 127.0.0.1:6379: connect: connection refused',
    'livekit',
    null,
    'server_error',
  ],
  ['unknown room', 404, CORS, 'requested room does not exist', 'livekit', null, 'room_not_found'],
  ['unknown key', 401, CORS, 'invalid API key: devkey', 'livekit', null, 'unauthorized'],
  ['no token, or no grant', 401, CORS, 'permissions denied', 'livekit', null, 'forbidden'],
  [
    'another header',
    401,
    CORS,
    'invalid authorization header. Must start with Bearer ',
    'livekit',
    null,
    'authorization_removed',
  ],
  ['join request', 400, CORS, 'join request too large', 'livekit', null, 'bad_request'],
  [
    'identity',
    400,
    CORS,
    'participant identity length exceeds limits: max length 256',
    'livekit',
    null,
    'bad_request',
  ],
  ['unknown text', 400, CORS, 'a text of a later version', 'livekit', null, 'bad_request'],
  [
    'prefix through nginx',
    404,
    { ...CORS, server: 'nginx/1.22.1', 'x-content-type-options': 'nosniff' },
    '404 page not found\n',
    'livekit',
    'nginx',
    'wrong_path',
  ],
  ['health check for any path', 200, CORS, 'OK', 'livekit', null, 'wrong_path'],
  [
    'Twirp, route',
    404,
    { 'content-type': 'application/json' },
    '{"code":"bad_route","msg":"no handler for path \\"/livekit/twirp/livekit.RoomService/ListRooms\\"","meta":{"twirp_invalid_route":"POST /livekit"}}',
    'livekit',
    null,
    'wrong_path',
  ],
  [
    'Twirp, key',
    401,
    { 'content-type': 'application/json' },
    '{"code":"unauthenticated","msg":"permissions denied"}',
    'livekit',
    null,
    'forbidden',
  ],
  [
    'Twirp, room',
    404,
    { 'content-type': 'application/json' },
    '{"code":"not_found","msg":"requested room does not exist"}',
    'livekit',
    null,
    'room_not_found',
  ],
  [
    'Twirp, unavailable',
    503,
    { 'content-type': 'application/json' },
    '{"code":"unavailable","msg":"no response from servers"}',
    'livekit',
    null,
    'server_error',
  ],
  [
    'Twirp, limit',
    500,
    { 'content-type': 'application/json' },
    '{"code":"internal","msg":"reached configured limit for node"}',
    'livekit',
    null,
    'server_full',
  ],
  // Proxies without a server behind them.
  ['nginx 502', 502, NGINX, nginxPage('502 Bad Gateway'), 'proxy', 'nginx', 'bad_gateway'],
  [
    'nginx 503',
    503,
    NGINX,
    nginxPage('503 Service Temporarily Unavailable'),
    'proxy',
    'nginx',
    'bad_gateway',
  ],
  [
    'ingress-nginx',
    503,
    HTML,
    nginxPage('503 Service Temporarily Unavailable').replace('/1.22.1', ''),
    'proxy',
    'ingress_nginx',
    'bad_gateway',
  ],
  [
    'HAProxy 503',
    503,
    HTML,
    haproxyPage('503 Service Unavailable', 'No server is available to handle this request.'),
    'proxy',
    'haproxy',
    'bad_gateway',
  ],
  [
    'HAProxy 504',
    504,
    HTML,
    haproxyPage('504 Gateway Time-out', "The server didn't respond in time."),
    'proxy',
    'haproxy',
    'bad_gateway',
  ],
  ['Caddy 502', 502, { server: 'Caddy' }, '', 'proxy', 'caddy', 'bad_gateway'],
  [
    'Traefik 503',
    503,
    { 'content-type': 'text/plain; charset=utf-8' },
    'no available server\n',
    'proxy',
    'traefik',
    'bad_gateway',
  ],
  [
    'Traefik 502',
    502,
    { vary: 'Origin', 'content-type': 'text/plain; charset=utf-8' },
    'Bad Gateway',
    'proxy',
    'traefik',
    'bad_gateway',
  ],
  [
    'Envoy 503',
    503,
    { server: 'envoy', 'content-type': 'text/plain' },
    'no healthy upstream',
    'proxy',
    'envoy',
    'bad_gateway',
  ],
  [
    'Envoy 503, reset',
    503,
    { server: 'istio-envoy' },
    'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
    'proxy',
    'envoy',
    'bad_gateway',
  ],
  [
    'ALB 503',
    503,
    { server: 'awselb/2.0', ...HTML },
    albPage('503 Service Temporarily Unavailable'),
    'proxy',
    'aws_alb',
    'bad_gateway',
  ],
  [
    'Cloudflare 520',
    520,
    { server: 'cloudflare', 'cf-ray': '1' },
    'error code: 520',
    'proxy',
    'cloudflare',
    'bad_gateway',
  ],
  [
    'Cloudflare 526',
    526,
    { server: 'cloudflare' },
    '<!DOCTYPE html><title>Invalid SSL certificate</title>',
    'proxy',
    'cloudflare',
    'bad_gateway',
  ],
  [
    'Cloudflare passes the page of nginx on',
    502,
    { server: 'cloudflare', ...HTML },
    nginxPage('502 Bad Gateway'),
    'proxy',
    'nginx',
    'bad_gateway',
  ],
  ['a proxy without name', 503, {}, '', 'proxy', null, 'bad_gateway'],
  [
    'words that only resemble',
    503,
    {},
    'the node has exceeded its configured limit of patience',
    'proxy',
    null,
    'bad_gateway',
  ],
  // Redirects, and pages of a login.
  [
    'to https',
    301,
    { ...NGINX, location: 'https://livekit.example.com/rtc/v1/validate' },
    nginxPage('301 Moved Permanently'),
    'proxy',
    'nginx',
    'redirected',
  ],
  ['to elsewhere', 302, { location: '/welcome' }, '', 'proxy', null, 'redirected'],
  [
    'to a login',
    302,
    { location: 'https://sso.example.com/login?rd=x' },
    '<html>',
    'proxy',
    null,
    'login_required',
  ],
  [
    'to a login with a neutral name',
    302,
    { location: 'https://id.example.com/start?redirect_uri=x' },
    '',
    'proxy',
    null,
    'login_required',
  ],
  [
    'oauth2-proxy page',
    403,
    HTML,
    '<!DOCTYPE html><html><head><title>Sign In</title></head>',
    'proxy',
    null,
    'login_required',
  ],
  [
    'nginx, basic',
    401,
    { ...NGINX, 'www-authenticate': 'Basic realm="x"' },
    nginxPage('401 Authorization Required'),
    'proxy',
    'nginx',
    'login_required',
  ],
  [
    'Traefik, basic',
    401,
    { 'www-authenticate': 'Basic realm="traefik"' },
    '401 Unauthorized\n',
    'proxy',
    'traefik',
    'login_required',
  ],
  [
    'HAProxy, basic',
    401,
    { ...HTML, 'www-authenticate': 'Basic realm="x"' },
    haproxyPage('401 Unauthorized', 'You need a valid user and password to access this content.'),
    'proxy',
    'haproxy',
    'login_required',
  ],
  // Limits.
  [
    'nginx 400',
    400,
    NGINX,
    nginxPage('400 Request Header Or Cookie Too Large'),
    'proxy',
    'nginx',
    'header_too_large',
  ],
  ['431', 431, {}, '', 'proxy', null, 'header_too_large'],
  [
    'Apache 400',
    400,
    { server: 'Apache' },
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\nSize of a request header field exceeds server limit.',
    'proxy',
    'apache',
    'header_too_large',
  ],
  [
    'nginx 414',
    414,
    NGINX,
    nginxPage('414 Request-URI Too Large'),
    'proxy',
    'nginx',
    'url_too_long',
  ],
  ['nginx 429', 429, NGINX, nginxPage('429 Too Many Requests'), 'proxy', 'nginx', 'rate_limited'],
  ['429 with a pause', 429, { 'retry-after': '30' }, 'slow down', 'unknown', null, 'rate_limited'],
  // Rejections.
  ['nginx 403', 403, NGINX, nginxPage('403 Forbidden'), 'proxy', 'nginx', 'blocked'],
  [
    'HAProxy 403',
    403,
    HTML,
    haproxyPage('403 Forbidden', 'Request forbidden by administrative rules.'),
    'proxy',
    'haproxy',
    'blocked',
  ],
  ['403 without a word', 403, {}, '', 'proxy', null, 'blocked'],
  [
    'Cloudflare challenge',
    403,
    { server: 'cloudflare', 'cf-mitigated': 'challenge' },
    '<!DOCTYPE html><title>Just a moment...</title>',
    'proxy',
    'cloudflare',
    'bot_check',
  ],
  [
    'AWS challenge',
    202,
    { server: 'CloudFront', 'x-amzn-waf-action': 'challenge' },
    '',
    'proxy',
    'cloudfront',
    'bot_check',
  ],
  [
    'nginx, TLS port',
    400,
    NGINX,
    nginxPage('400 The plain HTTP request was sent to HTTPS port'),
    'proxy',
    'nginx',
    'tls_required',
  ],
  [
    'Go, TLS port',
    400,
    {},
    'Client sent an HTTP request to an HTTPS server.\n',
    'proxy',
    null,
    'tls_required',
  ],
  // Web servers in the place of livekit-server.
  ['a web page', 200, HTML, '<!doctype html><title>app</title>', 'web_server', null, 'web_page'],
  ['Caddy without a site', 200, { server: 'Caddy' }, '', 'web_server', 'caddy', 'not_livekit'],
  ['nginx 404', 404, NGINX, nginxPage('404 Not Found'), 'proxy', 'nginx', 'not_livekit'],
  [
    'Traefik 404',
    404,
    { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    '404 page not found\n',
    'proxy',
    'go',
    'not_livekit',
  ],
  ['default backend', 404, {}, 'default backend - 404', 'proxy', 'kubernetes', 'not_livekit'],
  ['an unknown server', 404, {}, 'not found', 'unknown', null, 'not_livekit'],
  ['nothing', 0, {}, '', 'unknown', null, 'not_livekit'],
  ['401 without a word', 401, {}, '', 'unknown', null, 'unauthorized'],
];

test.each(ANSWERS)('%s: HTTP %i', (_name, status, headers, body, who, product, kind) => {
  const received = httpAnswer(status, headers, body);
  expect(classifyAnswer(received, { url: URL })).toMatchObject({ who, product, kind });
  const { reason, message, hint } = rejectionOf(
    received,
    { url: URL },
    'http://livekit.example.com',
  );
  expect(reason).toBe(kind);
  expect(message).toContain(`(HTTP ${status}`);
  expect(message).not.toContain('<');
  expect(hint).toBeTruthy();
});

test.each([
  ['livekit-server that got no upgrade', 404, CORS, 'livekit'],
  ['Envoy without upgrade_configs', 403, { server: 'envoy' }, 'proxy'],
  ['426', 426, {}, 'proxy'],
])('%s: the upgrade was removed', (_name, status, headers, who) => {
  const request = { url: 'ws://livekit.example.com/rtc', upgrade: true };
  expect(classifyAnswer(httpAnswer(status, headers, ''), request)).toMatchObject({
    who,
    kind: 'upgrade_removed',
  });
});

const messageOf = (status: number, headers: Headers, body: string, url = URL) => {
  const base = url.replace(/\/rtc.*/, '');
  const { message, hint } = rejectionOf(httpAnswer(status, headers, body), { url }, base);
  return `${message}; ${hint}`;
};

test('names where a redirect leads, without its query', () => {
  const location = `https://livekit.example.com/rtc/v1/validate?access_token=${TOKEN}`;
  const text = messageOf(301, { location }, '');
  expect(text).toContain('use wss://livekit.example.com');
  expect(text).not.toContain('eyJ');
  expect(text).not.toContain('access_token');
});

test('names the setting of the proxy', () => {
  expect(messageOf(502, NGINX, nginxPage('502 Bad Gateway'))).toContain('proxy_pass of nginx');
  expect(messageOf(429, { 'retry-after': '30' }, '')).toContain('30 s');
  const prefix = 'http://livekit.example.com/livekit/rtc/v1/validate';
  expect(messageOf(404, { ...CORS, server: 'nginx' }, '404 page not found', prefix)).toContain(
    'the prefix of the URL reaches the server: nginx: end proxy_pass with a slash',
  );
});

test('redacts a token that the server quoted', () => {
  const body = `invalid token: ${TOKEN}, error: go-jose/go-jose: error in cryptographic primitive`;
  const text = messageOf(401, CORS, body);
  expect(text).not.toContain('eyJ');
  expect(text).toContain('error in cryptographic primitive');
});

/** Fixed seed, so that only a change of the code can make the test fail. */
const SEED = 20_261;

const bytes = fc.uint8Array({ maxLength: 300 });
const latin = bytes.map((value) => Buffer.from(value).toString('latin1'));
const header = fc.constantFrom(
  ...['server', 'location', 'www-authenticate', 'vary', 'retry-after', 'via', 'content-type'],
);
const beginning = fc.constantFrom(
  ...['', '<html><title>', '<', '{"code":"', '404 page not found', 'node has exceeded', '\0'],
);

test('any status, headers and bytes are classified, and quoted texts are short', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1, max: 1_100 }),
      fc.dictionary(header, latin),
      beginning,
      fc.oneof(bytes, fc.constant(Buffer.alloc(20_000, '<a'))),
      fc.oneof(fc.constant(URL), latin),
      (status, headers, start, rest, url) => {
        const received = httpAnswer(status, headers, Buffer.concat([Buffer.from(start), rest]));
        expect(received.body.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
        const rejection = rejectionOf(received, { url }, URL);
        expect(rejection.answer?.said.length).toBeLessThanOrEqual(200);
        expect(rejection.message.length).toBeLessThan(1_000);
        expect(rejection.hint?.length).toBeGreaterThan(0);
      },
    ),
    { seed: SEED, numRuns: 1_000 },
  );
});

test('a URL that ends with the path which clients append', () => {
  const request = { url: 'http://livekit.example.com/rtc/rtc/v1/validate' };
  const received = httpAnswer(404, CORS, '404 page not found');
  expect(rejectionOf(received, request, 'http://livekit.example.com/rtc').hint).toContain(
    'leave /rtc out of the URL',
  );
});
