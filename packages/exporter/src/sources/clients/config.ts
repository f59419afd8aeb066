import { hinted, positive, strict, text, whole, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { ApiKey } from '../../api-key.ts';
import {
  CLIENTS_DEFAULTS,
  type ClientsOptions,
  MAX_LISTED,
  type RateLimit,
} from './clients-options.ts';

const list = (item: z.ZodType<string>, example: string) =>
  z
    .array(item, { error: hinted('must be a list', `write [${example}]`) })
    .max(MAX_LISTED, {
      error: hinted(`has more than ${MAX_LISTED} entries`, 'each is a value of a label'),
    })
    .optional();

/**
 * Origin of a URL in the form in which browsers send it. For schemes that the URL standard does not
 * know, such as capacitor:, URL returns "null", unlike browsers.
 */
const originOf = (url: URL | null): string | null =>
  url === null || url.host === ''
    ? null
    : url.origin === 'null'
      ? `${url.protocol}//${url.host}`
      : url.origin;

const origin = () =>
  text(300, 'an origin').refine((given) => given === '*' || originOf(URL.parse(given)) === given, {
    error: hinted(
      'is not an origin',
      'write scheme, host and port as browsers do, without a slash at the end: https://app.example.com',
    ),
  });

const rateLimit = (what: string, { perSecond, burst }: RateLimit) =>
  strict({
    perSecond: positive(1_000_000).optional().describe(`Default: ${perSecond}.`),
    burst: whole(1, 1_000_000).optional().describe(`Requests in a burst. Default: ${burst}.`),
  })
    .optional()
    .describe(what);

const withDefaults = (
  given: { perSecond?: number | undefined; burst?: number | undefined } | undefined,
  defaults: RateLimit,
): RateLimit => ({
  perSecond: given?.perSecond ?? defaults.perSecond,
  burst: given?.burst ?? defaults.burst,
});

/** Schema of the section `clients` of the configuration file. */
export const clientsSection = () =>
  strict({
    enabled: yesOrNo().optional(),
    origins: list(origin(), 'https://app.example.com').describe(
      'Pages that may report; "*" for all. Pages that come from the address of the exporter itself always may.',
    ),
    rooms: list(text(256, 'a room'), 'town-hall').describe(
      'Rooms that have metrics of their own. Default: none.',
    ),
    sdks: list(text(80, 'an SDK and its version'), 'livekit-client 2.23.0').describe(
      'Versions with a label of their own. Others are labelled with their major version.',
    ),
    browsers: list(text(80, 'a browser and its version'), 'chrome 141').describe(
      'Versions with a label of their own. Others are labelled with their family.',
    ),
    trustedProxies: whole(0, 10)
      .optional()
      .describe(
        'Proxies in front of the exporter that add to X-Forwarded-For. Default: 0, the connecting peer is the client.',
      ),
    maxSessions: whole(1, 1_000_000)
      .optional()
      .describe(
        `Participants that are remembered at once, about 1 kB each. Default: ${CLIENTS_DEFAULTS.maxSessions}.`,
      ),
    rateLimits: strict({
      perAddress: rateLimit(
        'Requests of one address, which many users may share.',
        CLIENTS_DEFAULTS.rateLimits.perAddress,
      ),
      perParticipant: rateLimit(
        'Requests of one participant.',
        CLIENTS_DEFAULTS.rateLimits.perParticipant,
      ),
    })
      .optional()
      .describe('Further requests get 429.'),
  });

export type ClientsSection = z.output<ReturnType<typeof clientsSection>>;

/**
 * Options of the source.
 * @param keys returns the keys whose tokens are accepted: those of every target
 */
export const clientsOptions = (
  section: ClientsSection,
  keys: () => readonly ApiKey[],
): ClientsOptions => {
  const { origins, rooms, sdks, browsers, trustedProxies, maxSessions, rateLimits } = section;
  return {
    keys,
    origins: origins ?? CLIENTS_DEFAULTS.origins,
    rooms: rooms ?? CLIENTS_DEFAULTS.rooms,
    sdks: sdks ?? CLIENTS_DEFAULTS.sdks,
    browsers: browsers ?? CLIENTS_DEFAULTS.browsers,
    trustedProxies: trustedProxies ?? CLIENTS_DEFAULTS.trustedProxies,
    maxSessions: maxSessions ?? CLIENTS_DEFAULTS.maxSessions,
    rateLimits: {
      perAddress: withDefaults(rateLimits?.perAddress, CLIENTS_DEFAULTS.rateLimits.perAddress),
      perParticipant: withDefaults(
        rateLimits?.perParticipant,
        CLIENTS_DEFAULTS.rateLimits.perParticipant,
      ),
    },
  };
};
