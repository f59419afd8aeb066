import type { Failure } from '../failure.ts';
import type { AnswerKind } from './answer-kind.ts';
import type { Answer } from './classify.ts';
import { PRODUCTS, type Product } from './product.ts';

/** Renders an answer as message and hint, in this one place. */
export const phraseOf = (
  answer: Answer,
  url: string,
): Required<Pick<Failure, 'message' | 'hint' | 'retryable'>> => {
  const { status, said } = answer;
  const quoted = said === '' ? '' : `: ${said}`;
  return {
    message: `${url} ${happened(answer)} (HTTP ${status}${quoted})`,
    hint: nextStep(answer, url),
    retryable: RETRYABLE.has(answer.kind),
  };
};

const RETRYABLE: ReadonlySet<AnswerKind> = new Set([
  'room_full',
  'server_full',
  'server_error',
  'rate_limited',
  'bad_gateway',
]);

/** Name of the program that answered or passed the answer on. */
export const nameOf = ({ product }: Pick<Answer, 'product'>): string =>
  product === null ? 'a proxy' : PRODUCTS[product];

const happened = (answer: Answer): string => {
  const { kind, who, status, redirect, challenge } = answer;
  const name = nameOf(answer);
  switch (kind) {
    case 'unauthorized':
      return who === 'proxy'
        ? `is behind ${name}, which does not accept the token`
        : 'does not accept the token';
    case 'forbidden':
      return 'does not grant what the token asks for';
    case 'room_not_found':
      return 'has no such room';
    case 'room_full':
      return 'closed the join, as it does when the room is full';
    case 'server_full':
      return 'is at its limit';
    case 'authorization_removed':
      return `does not get the Authorization header: ${name} in front removes or replaces it; native SDKs fail, browsers do not`;
    case 'wrong_path':
      return 'reaches livekit-server under another path than livekit-server serves';
    case 'upgrade_removed':
      return `reaches livekit-server as plain HTTP: ${name} in front does not pass the WebSocket upgrade on`;
    case 'bad_request':
      return who === 'livekit'
        ? 'refused the request'
        : `is behind ${name}, which refused the request`;
    case 'rate_limited':
      return who === 'proxy' ? `is behind ${name}, which is rate limiting` : 'is rate limiting';
    case 'server_error':
      return who === 'proxy' ? `is behind ${name}, which failed` : 'failed';
    case 'bad_gateway':
      return `was answered by ${name}, which has no server behind it: ${GATEWAY[status] ?? 'none answers'}`;
    case 'redirected':
      return `was redirected by ${name} to ${redirect?.location || 'another address'}; clients of LiveKit do not follow`;
    case 'login_required':
      if (redirect !== null) return `was redirected by ${name} to a login, ${redirect.location}`;
      return challenge === null
        ? `was answered by ${name} with a login page`
        : `was answered by ${name}, which asks for a login itself (WWW-Authenticate: ${challenge})`;
    case 'bot_check':
      return `was answered by a bot check of ${name}`;
    case 'header_too_large':
      return `was answered by ${name}, which limits the size of headers`;
    case 'url_too_long':
      return `was answered by ${name}, which limits the length of URLs`;
    case 'tls_required':
      return `was answered by ${name}: this port speaks TLS only`;
    case 'blocked':
      return `was blocked by ${name}`;
    case 'web_page':
      return `was answered with a web page by ${name === 'a proxy' ? 'a web server' : name}`;
    case 'not_livekit':
      if (answer.product === null)
        return status === 404 ? 'does not know this path' : 'did not answer as livekit-server does';
      return status === 404
        ? `was answered by ${name}, which has no route for this path`
        : `was answered by ${name}, not by livekit-server`;
  }
};

const GATEWAY: Readonly<Record<number, string>> = {
  502: 'none accepts connections, or it answered with something else than HTTP',
  503: 'none is available',
  504: 'it did not answer in time',
  520: 'it answered with something unexpected',
  521: 'it refuses connections',
  522: 'connecting to it timed out',
  523: 'its address is not reachable',
  524: 'it did not answer in time',
  525: 'the TLS handshake with it failed',
  526: 'its certificate is not valid',
  530: 'its name has no address, or the tunnel to it is down',
};

const nextStep = (answer: Answer, url: string): string => {
  const { kind, who, product, redirect, retryAfterS, status } = answer;
  switch (kind) {
    case 'unauthorized':
      return who === 'proxy'
        ? 'let requests to /rtc and /twirp pass without a check of the proxy: livekit-server checks the token itself'
        : 'check the API key and secret, and that the clocks agree';
    case 'forbidden':
      return 'the token needs the roomJoin grant for this room; where it has it, a proxy removes the token';
    case 'room_not_found':
      return 'create the room first, or switch room.auto_create on';
    case 'room_full':
      return 'check room.max_participants, in which agents and ingress take seats, too, and the server log';
    case 'server_full':
      return 'raise limit.num_tracks or limit.bytes_per_sec, or add a node';
    case 'authorization_removed':
      return advice(
        product,
        AUTHORIZATION,
        'pass the header Authorization on to livekit-server as it came',
      );
    case 'wrong_path':
      if (/\/rtc(\/v1)?\/?$/.test(url)) return 'leave /rtc out of the URL: clients append it';
      return hasPath(url)
        ? `the prefix of the URL reaches the server: ${advice(product, STRIP_PREFIX, 'remove it in the proxy')}`
        : `the path is changed on the way, or the URL lacks a part of it: ${advice(product, KEEP_PATH, 'pass /rtc and /twirp on as they are')}`;
    case 'upgrade_removed':
      return advice(product, UPGRADE, 'pass the headers Upgrade and Connection on, with HTTP/1.1');
    case 'bad_request':
      if (who === 'livekit') return 'room or identity may be too long for this server';
      return product === 'haproxy'
        ? 'HAProxy answers so to malformed requests and to headers or URLs longer than tune.bufsize'
        : 'look into the log of the proxy';
    case 'rate_limited': {
      const wait = retryAfterS === null ? '' : `; it asks for a pause of ${retryAfterS} s`;
      return who === 'proxy'
        ? `raise the limit for /rtc: ${advice(product, RATE, 'rate limits of the proxy')}, or lower the join rate${wait}`
        : `lower the join rate${wait}`;
    }
    case 'server_error':
      return who === 'proxy' ? 'look into the log of the proxy' : 'look into the server log';
    case 'bad_gateway':
      return status >= 520
        ? 'check that the proxy at the origin runs, and that the firewall lets Cloudflare in'
        : `check that livekit-server runs, and ${advice(product, BACKEND, 'that the backend of the proxy is its address and port (7880)')}`;
    case 'redirected':
      return redirect?.to === 'https'
        ? `use ${redirect.location.replace(/^https?:\/\//, 'wss://').replace(/\/(rtc|twirp)(\/.*)?$/, '')}`
        : 'use the address it leads to, or route /rtc and /twirp to livekit-server';
    case 'login_required':
      return `exempt /rtc and /twirp from the login: livekit-server checks tokens itself; ${advice(product, LOGIN, 'users of native SDKs cannot log in there')}`;
    case 'bot_check':
      return product === 'cloudflare'
        ? 'Cloudflare: a WAF rule with the action Skip for the host name of LiveKit; clients cannot solve challenges'
        : 'exempt the host name of LiveKit: clients cannot solve challenges';
    case 'header_too_large':
    case 'url_too_long':
      return `${advice(product, SIZES, 'raise the limit of the proxy')}; the token and the join request need up to 16 KiB`;
    case 'tls_required':
      return 'use wss:// (https:// for the API)';
    case 'blocked':
      return `allow /rtc and /twirp: ${advice(product, ALLOW, 'look at its rules for paths, addresses and methods')}`;
    case 'web_page':
      return `route /rtc and /twirp to livekit-server: ${advice(product, ROUTE, 'they reach the web site now')}`;
    case 'not_livekit':
      return product === null
        ? 'check host, port and path; signalling is port 7880 by default'
        : `route /rtc and /twirp of this host name to livekit-server: ${advice(product, ROUTE, 'check host, port and path')}`;
  }
};

const hasPath = (url: string): boolean => (URL.parse(url)?.pathname ?? '/') !== '/';

type Advice = Partial<Record<Product, string>>;

const advice = (product: Product | null, known: Advice, otherwise: string): string =>
  (product === null ? undefined : known[product]) ?? otherwise;

const BACKEND: Advice = {
  nginx: 'that proxy_pass of nginx names its address and port (7880)',
  ingress_nginx:
    "that the Service has endpoints (kubectl get endpoints) and the Ingress names the Service's port",
  haproxy:
    'that the server lines of the backend name its address and port (7880), and that their health check passes',
  caddy: 'that reverse_proxy of the Caddyfile names its address and port (7880)',
  traefik: 'that loadbalancer.server.port is 7880, in a network that Traefik is in',
  envoy: 'that the endpoints of the cluster are healthy and have its port (7880)',
  aws_alb: 'that the target group has its port (7880) and the health check asks for / there',
  cloudflare: 'that the origin or the tunnel (cloudflared) names its address and port',
};

const AUTHORIZATION: Advice = {
  nginx: 'nginx: remove `proxy_set_header Authorization "";` or set it to $http_authorization',
  ingress_nginx: 'ingress-nginx: remove the snippet or annotation that sets Authorization',
  haproxy: 'HAProxy: remove `http-request del-header Authorization` or `set-header Authorization`',
  caddy: 'Caddy: remove `header_up -Authorization` and header_up lines that replace it',
  traefik:
    'Traefik: no basicAuth with removeHeader, and no customRequestHeaders.Authorization, for this router',
};

const STRIP_PREFIX: Advice = {
  nginx:
    'nginx: end proxy_pass with a slash, as in `location /livekit/ { proxy_pass http://127.0.0.1:7880/; }`',
  ingress_nginx: 'ingress-nginx: annotation rewrite-target: /$2 with the path /livekit(/|$)(.*)',
  haproxy: 'HAProxy: http-request replace-path /livekit(/)?(.*) /\\2',
  caddy: 'Caddy: handle_path /livekit/* instead of handle',
  traefik: 'Traefik: the middleware stripPrefix',
  envoy: 'Envoy: prefix_rewrite: /',
};

const KEEP_PATH: Advice = {
  nginx:
    'nginx: proxy_pass without a path, as in `location / { proxy_pass http://127.0.0.1:7880; }`',
  caddy: 'Caddy: handle instead of handle_path, and no `uri strip_prefix`',
  haproxy: 'HAProxy: no replace-path for /rtc and /twirp',
  traefik: 'Traefik: no stripPrefix or replacePath for /rtc and /twirp',
};

const UPGRADE: Advice = {
  nginx:
    'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"',
  envoy: 'Envoy: upgrade_configs: [{ upgrade_type: websocket }]',
  apache: 'Apache: mod_proxy_wstunnel, or ProxyPass … upgrade=websocket',
  haproxy: 'HAProxy: mode http without `option httpclose`, and no del-header Upgrade',
  caddy: 'Caddy: no header_up for Connection or Upgrade',
};

const SIZES: Advice = {
  nginx: 'nginx: large_client_header_buffers 4 32k',
  ingress_nginx: 'ingress-nginx: large-client-header-buffers: "4 32k" in its ConfigMap',
  haproxy: 'HAProxy: tune.bufsize 32768',
  envoy: 'Envoy: max_request_headers_kb: 60',
  apache: 'Apache: LimitRequestLine and LimitRequestFieldSize 32768',
  caddy: 'Caddy: max_header_size in the servers option',
};

const RATE: Advice = {
  nginx: 'limit_req and limit_conn',
  ingress_nginx: 'annotations limit-rps and limit-connections',
  haproxy: 'stick-table rules',
  traefik: 'the middleware rateLimit',
  cloudflare: 'rate limiting rules',
};

const LOGIN: Advice = {
  nginx: 'nginx: auth_basic off; auth_request off; in the locations /rtc and /twirp',
  ingress_nginx: 'ingress-nginx: an Ingress of its own without auth-url and auth-type',
  traefik: 'Traefik: a router for these paths without basicAuth or forwardAuth',
  caddy: 'Caddy: basic_auth and forward_auth with a matcher that leaves these paths out',
  haproxy: 'HAProxy: http-request auth unless { path_beg /rtc /twirp }',
};

const ALLOW: Advice = {
  nginx: 'nginx: deny rules, limit_except and locations that return 403',
  haproxy: 'HAProxy: http-request deny rules',
  traefik: 'Traefik: the middleware ipAllowList',
  caddy: 'Caddy: respond 403 and matchers',
  cloudflare: 'Cloudflare: WAF and access rules; its events name the rule',
  aws_alb: 'AWS: rules of the listener and of WAF',
  envoy: 'Envoy: RBAC and authorization policies',
};

const ROUTE: Advice = {
  nginx: 'nginx: a location for them in the server block of this host name, before try_files',
  ingress_nginx: 'ingress-nginx: an Ingress with this host and the path /',
  caddy: 'Caddy: a site with this host name and reverse_proxy, before file_server',
  traefik: 'Traefik: a router whose rule matches Host and path',
  go: 'Traefik answers so when no router matches: check its rule, entry point and provider',
  haproxy: 'HAProxy: a use_backend rule for this host',
  kubernetes: 'no Ingress matches this host name and path',
  cloudflare: 'the origin has no such path',
};
