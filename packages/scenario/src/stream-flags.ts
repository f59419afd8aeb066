/** Flags of `swarm whip`, as a scenario: publishers and players of streams at other servers. */
import {
  explain,
  formatPath,
  isUsageError,
  type SecretRef,
  treeOfValues,
  usageError,
} from '@livekit-swarm/settings';
import { checkThresholds, parseThresholds } from './language/check-thresholds.ts';
import { interpret } from './language/interpret.ts';
import { scaledFile } from './language/schema/file.ts';
import { form } from './language/write/form.ts';
import { parseResolution } from './resolution.ts';
import { parsePublish } from './role-keys/publish.ts';
import type { Scenario } from './scenario.ts';

/** Values of flags; absent: the default. */
export interface StreamFlags {
  /** URL of a WHIP endpoint; absent: nothing is published. */
  whip?: string | undefined;
  /** URL of a WHEP endpoint; absent: nothing is played. */
  whep?: string | undefined;
  streams: number;
  /** Players of each stream. */
  players: number;
  publish?: string | undefined;
  video?: string | undefined;
  codec?: string | undefined;
  simulcast?: boolean | undefined;
  path?: string | undefined;
  joinRate?: string | undefined;
  duration?: string | undefined;
  token?: SecretRef | undefined;
}

const DEFAULTS = { publish: 'audio', video: '720p', codec: 'vp8' } as const;

/** Flag for each part of the form. The first match counts. */
const FLAG_OF_PLACE: readonly [place: RegExp, flag: string][] = [
  [/\.publisher\.stream/, '--whip'],
  [/\.player\.stream/, '--whep'],
  [/\.player/, '--players'],
  [/\.rooms$/, '--streams'],
  [/\.joinRate$/, '--join-rate'],
  [/\.duration$/, '--duration'],
  [/\.path$/, '--path'],
  [/\.video$/, '--video'],
  [/\.codec$/, '--codec'],
  [/\.simulcast$/, '--simulcast'],
  [/\.publish/, '--publish'],
  [/^groups/, '--streams'],
];

/**
 * Scenario that the flags describe: a room for each stream.
 * @param thresholds thresholds as typed
 * @throws SwarmError `usage` that lists every problem; then `invalid_threshold`
 */
export const scenarioOfStreams = (
  flags: StreamFlags,
  thresholds: readonly string[] = [],
): Scenario => {
  const { whip, whep, streams, players, token, path, joinRate, duration } = flags;
  const endpoint = (protocol: 'whip' | 'whep', url: string) => ({
    [protocol]: url,
    ...(token !== undefined && { token }),
  });
  const { scenario, findings } = interpret(
    treeOfValues(
      form(
        ['scenario', 'whip'],
        [
          'groups',
          {
            streams: form(
              ['executor', 'constant-rooms'],
              ['rooms', streams],
              ['joinRate', joinRate],
              ['duration', duration ?? '30s'],
              ['path', path?.trim()],
              [
                'roles',
                form(
                  whip !== undefined && [
                    'publisher',
                    { count: 1, publish: tracksOf(flags), stream: endpoint('whip', whip) },
                  ],
                  whep !== undefined && [
                    'player',
                    { count: players, stream: endpoint('whep', whep) },
                  ],
                ),
              ],
            ),
          },
        ],
      ),
    ),
    scaledFile,
  );
  const problems = findings.map(({ path: at, message, hint }) => {
    const place = formatPath(at);
    const [, flag = place] = FLAG_OF_PLACE.find(([pattern]) => pattern.test(place)) ?? [];
    return `${flag}: ${message}${hint === null ? '' : `; ${hint}`}`;
  });
  if (scenario === null || problems.length > 0) throw usageError([...new Set(problems)].join('\n'));
  const described = { ...scenario, thresholds: parseThresholds(thresholds) };
  checkThresholds(described, described.thresholds);
  return described;
};

/** Tracks of a publisher, in the form of a file. */
const tracksOf = ({ publish, video, codec, simulcast = false }: StreamFlags): unknown[] => {
  const kinds = read('--publish', () => parsePublish(publish ?? DEFAULTS.publish));
  const camera = {
    video: read('--video', () => parseResolution(video ?? DEFAULTS.video)),
    codec: (codec ?? DEFAULTS.codec).trim().toLowerCase(),
    simulcast,
  };
  return kinds.map((kind) => (kind === 'audio' ? kind : camera));
};

const read = <Value>(flag: string, parse: () => Value): Value => {
  try {
    return parse();
  } catch (error) {
    if (!isUsageError(error)) throw error;
    throw usageError(`${flag}: ${explain(error)}`);
  }
};
