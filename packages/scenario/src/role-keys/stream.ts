/** Publication to a WHIP endpoint, or playback from a WHEP endpoint, of any server. */
import { hinted, type SecretRef, secretRef, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import { type Checking, defineRoleKey } from './definition.ts';
import type { E2eeKey } from './e2ee.ts';
import { type EncoderRole, refuseWithEncoder } from './encoder.ts';

/** Protocols of streams. `whip`: RFC 9725, publishes. `whep`: draft-ietf-wish-whep, plays. */
export const STREAM_PROTOCOLS = ['whip', 'whep'] as const;

export type StreamProtocol = (typeof STREAM_PROTOCOLS)[number];

/** Place in the URL of an endpoint that holds the number of the room, from 1. */
const ROOM = '{room}';

/** Endpoint in the form of records: the place of its token, never the token. */
export const streamSchema = z.object({
  protocol: z.enum(STREAM_PROTOCOLS),
  /** http: or https:, without credentials. In a plan, the number of the room is filled in. */
  url: z.string(),
  /** Absent: requests have no token. */
  token: z.union([z.object({ env: z.string() }), z.object({ file: z.string() })]).exactOptional(),
});

export type Stream = z.infer<typeof streamSchema>;

const URL_HINT =
  'write https://live.example.com/whip/{room}, without credentials: the token goes into token';

/** Names of query parameters that hold secrets. */
const SECRET_QUERY = /token|key|secret|pass|auth|jwt|sig/i;

/** True for an http address without credentials. */
export const isStreamUrl = (text: string): boolean => {
  const url = URL.parse(text.replaceAll(ROOM, '1'));
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    ![...url.searchParams.keys()].some((name) => SECRET_QUERY.test(name))
  );
};

/**
 * True if all rooms have the same server: the rules for hosts are checked once, and not for each
 * room. Two numbers show every place, as the parser of URLs sees it.
 */
const isOneServer = (text: string): boolean => {
  const [first, second] = [1, 2].map((room) => URL.parse(text.replaceAll(ROOM, String(room))));
  return (['origin', 'username', 'password', 'hash'] as const).every(
    (part) => first?.[part] === second?.[part],
  );
};

const address = (protocol: string) =>
  z
    .string({ error: hinted(`must be the URL of a ${protocol} endpoint`, URL_HINT) })
    .refine(isStreamUrl, { error: hinted(`is not the URL of a ${protocol} endpoint`, URL_HINT) })
    .refine(isOneServer, {
      error: hinted(
        `has ${ROOM} outside of its path and its query`,
        'write a role for each server: all rooms of a role have the same scheme, host and port',
      ),
    });

const token = () =>
  secretRef('the working directory')
    .optional()
    .describe('Where the bearer token of the requests is. Default: they have none.');

/** Settings of a stream whose endpoint is known. */
export const streamAt = (
  protocol: StreamProtocol,
  url: string,
  from: SecretRef | undefined,
): Stream => ({ protocol, url, ...(from !== undefined && { token: from }) });

/** The keys of a role that this key depends on. */
export interface StreamRole extends EncoderRole {
  ingress?: string | undefined;
}

/**
 * Stream of participants that are in no room of LiveKit. Those of one room of the plan share it:
 * players expect what the publishers of their room send.
 */
export const stream = defineRoleKey({
  name: 'stream',
  file: z
    .union(
      [
        strict({
          whip: address('WHIP')
            .describe('Publish there; {room} is the number of the room.')
            .meta({ samples: ['https://live.example.com/whip/{room}'] }),
          token: token(),
        }),
        strict({
          whep: address('WHEP')
            .describe('Play from there; {room} is the number of the room.')
            .meta({ samples: ['https://live.example.com/whep/{room}'] }),
          token: token(),
        }),
      ],
      {
        error: hinted(
          'must be the URL of a WHIP or WHEP endpoint',
          'write { whip: URL } or { whep: URL }, with token: { env: NAME } if it needs one',
        ),
      },
    )
    .transform(
      (given): Stream =>
        'whip' in given
          ? streamAt('whip', given.whip, given.token)
          : streamAt('whep', given.whep, given.token),
    )
    .meta({
      shared: 'stream',
      samples: [{ whip: 'https://live.example.com/whip/{room}', token: { env: 'WHIP_TOKEN' } }],
    })
    .optional()
    .describe(
      'Publish to a WHIP endpoint, or play from a WHEP endpoint, of any server; they join no room of LiveKit. Default: they join LiveKit.',
    ),
  settings: streamSchema.exactOptional(),
  plan: 'same',
  nativeOnly: true,
  read: (given) => given,
  write: ({ protocol, url, token: from }) => ({
    [protocol]: url,
    ...(from !== undefined && { token: from }),
  }),
  check: (given, context: Checking<StreamRole, E2eeKey & { path?: unknown }>) => {
    if (given === undefined) return;
    const { at, role, tracks, complain } = context;
    const refuse = (key: string, message: string, hint: string): void =>
      complain([...at, key], message, hint, 'key');
    refuseWithEncoder('stream', context);
    if (role.ingress !== undefined)
      refuse('stream', 'is not possible with ingress', 'leave one of them out');
    if (given.protocol === 'whep') {
      if (tracks.length > 0)
        refuse('publish', 'is not possible with whep: it only plays', 'leave one out');
      return;
    }
    if (role.subscribe === true)
      refuse('subscribe', 'is not possible with whip: it only publishes', 'leave one out');
    if (tracks.length === 0)
      refuse('stream', 'has no effect without a track', 'publish audio, video or both');
    for (const kind of ['audio', 'video'] as const)
      if (tracks.filter((track) => track.kind === kind).length > 1)
        refuse(
          'publish',
          `has more than one ${kind}, which is not possible by WHIP`,
          'publish one audio, one video, or one of each',
        );
  },
});

/** Stream of a participant in a room, from 1. */
export const streamInRoom = ({ url, ...others }: Stream, room: number): Stream => ({
  ...others,
  url: url.replaceAll(ROOM, String(room)),
});

/** Endpoints of all streams of a scenario. */
export const streamsAt = ({
  groups,
}: {
  groups: readonly { roles: readonly { stream?: Stream }[] }[];
}): Stream[] =>
  groups.flatMap(({ roles }) =>
    roles.flatMap(({ stream: one }) => (one === undefined ? [] : [one])),
  );

/** True if no participant joins LiveKit: all are streams. */
export const isOfStreams = ({
  groups,
}: {
  groups: readonly { roles: readonly { count: number; stream?: Stream }[] }[];
}): boolean =>
  groups.every(({ roles }) =>
    roles.every(({ count, stream: one }) => count === 0 || one !== undefined),
  );
