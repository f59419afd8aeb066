import { getConnInfo } from '@hono/node-server/conninfo';
import type { CountedReports } from '@livekit-swarm/sessions';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { limitBody } from '../../http/limit-body.ts';
import { clientAddress } from './client-address.ts';
import type { ClientsOptions } from './clients-options.ts';
import { browserLabeller, networkOf, sdkLabeller, transportOf } from './labels.ts';
import { createLimiter } from './limiter.ts';
import { bodySchema, type ReadBody, type ReadReport } from './payload-schema.ts';
import { activeFor, isNew, type Participant, type Sessions } from './sessions.ts';
import { type ClientHandles, tally } from './tally.ts';
import { createTokenCheck, type TokenHolder } from './token-check.ts';

/** Maximum size of a body, bytes: that of sendBeacon. */
export const MAX_BYTES = 64 * 1024;
const MAX_ADDRESSES = 20_000;
const PREFLIGHT_GOOD_FOR_S = 7_200;
const COME_BACK_AFTER_S = '30';
/**
 * Maximum number of concurrent requests of one address: a client that sends slowly on purpose must
 * not block others.
 */
const MAX_CONCURRENT_PER_ADDRESS = 64;

type ReportRejection = 'unauthorized' | 'malformed' | 'too_large' | 'rate_limited' | 'full';
const STATUS = {
  unauthorized: 401,
  malformed: 400,
  too_large: 413,
  rate_limited: 429,
  full: 503,
} as const;

/** Function that is called with the counted reports of a request. */
export type OnReports = (counted: CountedReports) => void;

/**
 * Create the route `POST /beacon` for reports of browsers. Each request carries a LiveKit token in
 * the header or, since sendBeacon cannot set one, in the body.
 * @param now milliseconds of a monotonic clock
 */
export const beaconRoutes = (
  options: ClientsOptions,
  metrics: ClientHandles,
  sessions: Sessions,
  now: () => number,
  onReports: OnReports = () => {},
): Hono => {
  const holderOf = createTokenCheck(options.keys);
  const byAddress = createLimiter(options.rateLimits.perAddress, MAX_ADDRESSES);
  const underWay = new Map<string, number>();
  const byParticipant = createLimiter(options.rateLimits.perParticipant, options.maxSessions);
  const sdkOf = sdkLabeller(options.sdks);
  const browserOf = browserLabeller(options.browsers);

  const count = (result: ReportRejection | 'accepted' | 'clamped' | 'duplicate') =>
    metrics.livekit_swarm_client_reports_total.inc({ result });
  const reject = (context: Context, reason: ReportRejection, why: string) => {
    count(reason);
    if (reason === 'rate_limited' || reason === 'full')
      context.header('retry-after', COME_BACK_AFTER_S);
    return context.text(`${why}\n`, STATUS[reason]);
  };
  const mayReport = (origin: string, host: string | undefined): boolean =>
    options.origins.includes('*') ||
    options.origins.includes(origin) ||
    (host !== undefined && hostOf(origin) === host);

  const take = (participant: Participant, holder: TokenHolder, body: ReadBody): void => {
    const { session, sdk, browser, reports } = body;
    participant.sdk = sdkOf(sdk);
    participant.browser = browserOf(browser);
    const counted: ReadReport[] = [];
    for (const report of reports) {
      if (!isNew(participant, session, report.seq)) {
        count('duplicate');
        continue;
      }
      if (report.part !== true) note(participant, report);
      const tallied = tally(metrics, participant, report);
      count(tallied.result);
      counted.push(tallied.report);
    }
    if (counted.length > 0)
      onReports({
        holder,
        session,
        reports: counted,
        sdk: participant.sdk,
        browser: participant.browser,
      });
  };

  const app = new Hono();
  app.use(
    '/beacon',
    cors({
      origin: (origin, context) => (mayReport(origin, context.req.header('host')) ? origin : null),
      allowMethods: ['POST'],
      allowHeaders: ['authorization', 'content-type'],
      exposeHeaders: ['retry-after'],
      maxAge: PREFLIGHT_GOOD_FOR_S,
    }),
  );
  app.post(
    '/beacon',
    async (context, next) => {
      const address = clientAddress(
        socketAddress(context),
        context.req.header('x-forwarded-for'),
        options.trustedProxies,
      );
      const others = underWay.get(address) ?? 0;
      if (others >= MAX_CONCURRENT_PER_ADDRESS || !byAddress.allows(address, now())) {
        return reject(context, 'rate_limited', 'too many reports from this address');
      }
      const origin = context.req.header('origin');
      if (origin !== undefined && !mayReport(origin, context.req.header('host'))) {
        return reject(
          context,
          'unauthorized',
          `pages of this origin may not report: add it to the origins of the exporter`,
        );
      }
      underWay.set(address, others + 1);
      try {
        return await next();
      } finally {
        const left = (underWay.get(address) ?? 1) - 1;
        if (left > 0) underWay.set(address, left);
        else underWay.delete(address);
      }
    },
    limitBody({
      maxSize: MAX_BYTES,
      onError: (context) => reject(context, 'too_large', `more than ${MAX_BYTES} bytes`),
    }),
    async (context) => {
      const body = parse(await context.req.text());
      if (body === undefined) return reject(context, 'malformed', 'no JSON');
      const bearer = /^Bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
      const holder = await holderOf(bearer ?? tokenIn(body));
      if (holder === null)
        return reject(context, 'unauthorized', 'no token that is good for joining a room');
      const read = bodySchema.safeParse(body);
      if (!read.success) return reject(context, 'malformed', whatIsWrong(read.error));
      return admit(context, holder, read.data);
    },
  );

  const admit = (context: Context, holder: TokenHolder, body: ReadBody) => {
    const at = now();
    if (!byParticipant.allows(JSON.stringify([holder.room, holder.identity]), at)) {
      return reject(context, 'rate_limited', 'too many reports of this participant');
    }
    const participant = sessions.open(holder, at);
    if (participant === null) return reject(context, 'full', 'too many participants at once');
    take(participant, holder, body);
    return context.body(null, 204);
  };
  return app;
};

/** Update a participant by the values that only the first report of a window contains. */
const note = (participant: Participant, { transport, network, ms, end }: ReadReport): void => {
  participant.transport = transportOf(transport);
  participant.network = networkOf(network);
  participant.activeForMs = activeFor(ms);
  participant.ended = end === true;
};

/** Remote address of a request; undefined without a socket. */
const socketAddress = (context: Context): string | undefined => {
  try {
    return getConnInfo(context).remote.address;
  } catch {
    return undefined;
  }
};

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const tokenIn = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string'
    ? body.token
    : '';

/** Describe the first fault of a body by its place, without any content of the body. */
const whatIsWrong = ({
  issues: [issue],
}: {
  issues: { path: PropertyKey[]; code: string }[];
}): string => `${issue?.path.map(String).join('.') || 'body'}: ${issue?.code ?? 'not valid'}`;
