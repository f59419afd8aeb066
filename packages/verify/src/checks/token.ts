import { isTicket } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';

/** Grants of administration, none of which a participant needs. */
const ADMINISTRATION = [
  'roomAdmin',
  'roomCreate',
  'roomList',
  'roomRecord',
  'ingressAdmin',
  'recorder',
  'hidden',
] as const;

const WARN_HOURS = 24;
const HOUR_SECONDS = 3_600;

/**
 * Consequence of the grant roomCreate: livekit-server ≥ 1.12 creates the room of such a token, also
 * with `room.auto_create: false`.
 */
const PRICE =
  ': with room.auto_create: false and livekit-server ≥ 1.12 that lets its holder create the room at the join, which is the price of this design: the holder can also delete every room. To avoid it, let the application create rooms through the API';

/** Contents of a token. It is decoded and not verified: the server verifies it. */
export interface Claims {
  exp?: number;
  iss?: string;
  nbf?: number;
  video?: Record<string, unknown>;
  sip?: Record<string, unknown>;
}

/**
 * Decodes a token.
 * @returns null if it is not a JSON Web Token
 */
export const decodeToken = (token: string): Claims | null => {
  const [, payload, signature] = token.trim().split('.');
  if (payload === undefined || signature === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof claims === 'object' && claims !== null ? claims : null;
  } catch {
    return null;
  }
};

/**
 * Result of the check.
 * @param createsRooms whether the server creates rooms at a join; null: unknown
 */
export const tokenRule = (
  claims: Claims | null,
  nowMs: number,
  createsRooms: boolean | null = null,
): CheckResult => {
  if (claims === null)
    return found('error', ['it is not a JSON Web Token'], 'give the token that a participant gets');
  const { exp, nbf, video = {}, sip = {} } = claims;
  const now = nowMs / 1_000;
  const errors = [
    ...ADMINISTRATION.filter((grant) => video[grant] === true).map(
      (grant) =>
        `it has the grant ${grant}${grant === 'roomCreate' && createsRooms === false ? PRICE : ''}`,
    ),
    ...Object.entries(sip).flatMap(([grant, on]) =>
      on === true ? [`it has the grant sip.${grant}`] : [],
    ),
    ...(video.roomJoin === true && (video.room === undefined || video.room === '')
      ? ['it is good for every room: it names none']
      : []),
    ...(exp === undefined ? ['it never expires'] : []),
    ...(exp !== undefined && exp < now ? ['it has expired'] : []),
    ...(nbf !== undefined && nbf > now + 60 ? ['it is not valid yet (nbf)'] : []),
  ];
  if (errors.length > 0) return found('error', errors);
  const hours = ((exp ?? now) - now) / HOUR_SECONDS;
  return hours > WARN_HOURS
    ? found(
        'warning',
        [`it is valid for ${Math.round(hours)} hours more`],
        'let tokens expire after minutes: a participant needs one at its join only, and gets fresh ones from the server',
      )
    : passed(`one room, no administration, valid for ${hours.toFixed(1)} hours`);
};

export const token: Check = {
  id: 'token',
  title: 'Tokens of participants allow what a participant needs, and not for long',
  severities: ['error', 'warning'],
  cause:
    'The application makes tokens with the grants of an administrator: a user who looks into the browser can remove others, record, or end rooms',
  fix: 'give participants roomJoin and one room; make tokens with roomAdmin on the server alone',
  needs: [],
  run: async ({ ticket, createsRooms }, { token: given }) => {
    const answer = (await ticket())?.answer;
    const text = given ?? (answer !== undefined && isTicket(answer) ? answer.token : null);
    return text === null
      ? skipped('give a token of the application, or its endpoint: SWARM_TOKEN, --token-endpoint')
      : tokenRule(decodeToken(text), Date.now(), await createsRooms());
  },
};
