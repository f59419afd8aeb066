import type { Product } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed } from '../check.ts';
import { measureRequestSizes, type PaddedPart, type PassingSize } from '../facts/request-sizes.ts';

/**
 * Length of the `join_request` of `/rtc/v1`, characters: client, tracks and offer, compressed and
 * in base64. The offer of Chromium for microphone and camera alone has 2,300 characters; the whole
 * request of a participant of swarm has 1,200 to 1,900.
 */
const JOIN_REQUEST_CHARS = 3_000;
/** Length of the path, the names of parameters and the settings of the client, characters. */
const PATH_CHARS = 200;
const BEARER_CHARS = 'Authorization: Bearer '.length;
/** Length of a token with a name, grants and no metadata, characters. */
const COMMON_TOKEN_CHARS = 500;

/** Sizes of URL and header that a proxy must pass for a join, bytes. */
export const neededSizes = (token: string | null): Record<PaddedPart, number> => {
  const chars = token?.length ?? COMMON_TOKEN_CHARS;
  return { url: PATH_CHARS + JOIN_REQUEST_CHARS + chars, header: BEARER_CHARS + chars };
};

export const requestSizeRule = (
  measured: readonly PassingSize[],
  needed: Readonly<Record<PaddedPart, number>>,
): CheckResult => {
  const short = measured.filter(({ part, passes }) => passes < needed[part]);
  if (short.length === 0) return passed(...measured.map(describe));
  return found(
    'warning',
    short.map((one) => `${describe(one)}; ${NEEDS[one.part]} ${needed[one.part]}`),
    fixOf(short.map(({ proxy }) => proxy).find((proxy) => proxy !== null) ?? null),
    `${CAUSE}; ${browsersText(short)}`,
  );
};

const CAUSE =
  'A proxy in front limits the request line or a header (nginx: 8 KB unless configured otherwise, and less in many hardened configurations)';

/** Browsers have the token in the URL, other SDKs have it in a header. */
const browsersText = (short: readonly PassingSize[]): string =>
  short.some(({ part }) => part === 'url')
    ? 'browsers do not join when token, tracks and offer together are longer than that'
    : 'browsers join, as their token is in the URL; other SDKs do not';

const PARTS: Readonly<Record<PaddedPart, string>> = {
  url: 'a URL',
  header: 'a header',
};

const NEEDS: Readonly<Record<PaddedPart, string>> = {
  url: 'a browser that joins with this token needs about',
  header: 'an SDK that sends this token in Authorization needs',
};

const describe = ({ part, passes, refused }: PassingSize): string => {
  const size = passes === 0 ? '' : `${PARTS[part]} of ${passes} bytes passes`;
  if (refused === null) return size;
  const refusal = `${passes === 0 ? `${PARTS[part]} of ` : ', one of '}${refused.size} does not: ${refused.answer} (${refused.reason})`;
  return `${size}${refusal}`;
};

const SETTINGS: Partial<Record<Product, string>> = {
  nginx: 'nginx: large_client_header_buffers 4 16k',
  ingress_nginx: 'ingress-nginx: large-client-header-buffers: 4 16k in its ConfigMap',
  haproxy: 'HAProxy: tune.bufsize 32768',
  caddy: 'Caddy: max_header_size in the option servers',
  aws_alb: 'AWS ALB: its limits are fixed (16 KB for a request line or a header)',
};

const ALL_SETTINGS =
  'nginx: large_client_header_buffers 4 16k; HAProxy: tune.bufsize 32768; Caddy: max_header_size in the option servers; Envoy and Traefik: their limits of request headers; AWS ALB: 16 KB for a request line or a header, which is fixed';

const fixOf = (proxy: Product | null): string => {
  const setting = proxy === null ? undefined : SETTINGS[proxy];
  return `raise the limit of the proxy, or put less metadata and fewer attributes into tokens. ${setting ?? ALL_SETTINGS}`;
};

export const requestSize: Check = {
  id: 'request-size',
  title: 'URLs and headers pass the proxy that are as long as joins need',
  severities: ['warning'],
  cause: `${CAUSE}: a join has its token, and with /rtc/v1 its tracks and offer, in the URL, so users with large tokens do not connect`,
  fix: `raise the limit of the proxy, or put less metadata and fewer attributes into tokens. ${ALL_SETTINGS}`,
  needs: ['admission'],
  run: async ({ url, tokenFor, ticket }, { token }) => {
    const given = token ?? (await ticketToken(ticket));
    const needed = neededSizes(given);
    const own = tokenFor('swarm-verify-admission', 'swarm-verify');
    return requestSizeRule(await measureRequestSizes(url.http, own, needed), needed);
  },
};

/** Token of the token endpoint; null: there is no endpoint, or it does not answer. */
const ticketToken = async (
  ticket: Parameters<Check['run']>[0]['ticket'],
): Promise<string | null> => {
  const answer = (await ticket())?.answer;
  return answer !== undefined && 'token' in answer ? answer.token : null;
};
