/**
 * Flags of `swarm` that describe the load. They are turned into the form of a scenario file, so
 * that files and flags have one interpreter and the same rules.
 */
import {
  explain,
  formatPath,
  isUsageError,
  type Path,
  treeOfValues,
  usageError,
} from '@livekit-swarm/settings';
import { checkThresholds, parseThresholds } from './language/check-thresholds.ts';
import { interpret } from './language/interpret.ts';
import { scaledFile } from './language/schema/file.ts';
import { type FileForm, form } from './language/write/form.ts';
import { parseResolution } from './resolution.ts';
import { count } from './role-keys/count.ts';
import { e2eeForm, parseE2ee } from './role-keys/e2ee.ts';
import { parsePublish } from './role-keys/publish.ts';
import type { Scenario, WitnessSpec } from './scenario.ts';
import type { Kind } from './track-plan.ts';
import { formatWitness } from './witness-spec.ts';

/** Name of a scenario that flags describe, and of its only group. */
export const FLAGS_SCENARIO = 'swarm';
export const FLAGS_GROUP = 'load';

const TEXT_FLAGS = [
  'room',
  'rooms',
  'roomPrefix',
  'participants',
  'subscribers',
  'publish',
  'video',
  'codec',
  'layout',
  'path',
  'e2ee',
  'dataRate',
  'joinRate',
  'duration',
] as const;

type TextFlag = (typeof TEXT_FLAGS)[number];

/** Values of flags, as typed; absent: the default. */
export interface LoadFlags extends Partial<Record<TextFlag, string | undefined>> {
  simulcast?: boolean | undefined;
}

type LoadFlag = keyof LoadFlags;

/** All flags that describe the load. */
export const LOAD_FLAGS: readonly LoadFlag[] = [...TEXT_FLAGS, 'simulcast'];

/** Flag of a key: `roomPrefix` → `--room-prefix`. */
export const flagName = (flag: string): string =>
  `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * Load without flags: small enough for any laptop, and large enough to measure something. A join
 * costs a server some 20 ms of CPU: 50 joins per second use one core, and 1,000 participants have
 * joined after 20 s.
 */
const DEFAULTS = {
  rooms: '20',
  participants: '2',
  subscribers: '0',
  joinRate: '50/s',
  duration: '30s',
  video: '720p',
  codec: 'vp8',
} as const;

/**
 * Flag for each part of the form, with a hint that names flags if the interpreter's hint names
 * keys. The first match counts.
 */
const FLAG_OF_PLACE: readonly [place: RegExp, flag: LoadFlag, hint?: string][] = [
  [/\.rooms$/, 'rooms', 'leave --room or --rooms out; --room-prefix names many'],
  [/\.room$/, 'room'],
  [/\.roomPrefix$/, 'roomPrefix', 'leave --room or --room-prefix out'],
  [/\.joinRate$/, 'joinRate'],
  [/\.duration$/, 'duration'],
  [/\.path$/, 'path'],
  [/\.e2ee/, 'e2ee'],
  [/\.roles$/, 'participants', 'give --participants or --subscribers a number'],
  [
    /\.subscriber$/,
    'subscribers',
    'add --participants and --publish, or name a room with --room where others publish',
  ],
  [/\.publisher\.count$/, 'participants'],
  [/\.subscriber\.count$/, 'subscribers'],
  [/\.layout$/, 'layout'],
  [/\.data$/, 'dataRate'],
  [/\.video$/, 'video'],
  [/\.codec$/, 'codec'],
  [
    /\.simulcast$/,
    'simulcast',
    'leave --simulcast out, or take --codec vp8 or h264 and --video 360p or more',
  ],
  [/\.publish/, 'publish', 'take --codec vp8 or h264, or leave --e2ee out'],
  [/^groups/, 'rooms', 'take fewer --rooms or --participants'],
];

/** Number in the form of a file; any other text unchanged, for the interpreter to reject. */
const numberOr = (text: string): number | string =>
  /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;

/** Function that reports a problem of a flag. */
type Complain = (flag: LoadFlag, problem: string) => void;

const TRACK_FLAGS = ['video', 'codec', 'simulcast'] as const satisfies readonly LoadFlag[];

/**
 * Scenario file that flags stand for. Values that cannot be read are null, so that nothing is
 * concluded from them.
 */
const formOf = (
  flags: LoadFlags,
  witnesses: readonly WitnessSpec[],
  complain: Complain,
): FileForm => {
  const read = <Value>(flag: TextFlag, parse: (text: string) => Value): Value | null => {
    try {
      return parse(flags[flag] ?? '');
    } catch (error) {
      if (!isUsageError(error)) throw error;
      complain(flag, explain(error));
      return null;
    }
  };
  const kinds: Kind[] | null =
    flags.publish === undefined ? ['audio'] : read('publish', parsePublish);
  const video = {
    video: flags.video === undefined ? DEFAULTS.video : read('video', parseResolution),
    codec: (flags.codec ?? DEFAULTS.codec).trim().toLowerCase(),
    simulcast: flags.simulcast ?? false,
  };
  if (kinds !== null && !kinds.includes('video'))
    for (const flag of TRACK_FLAGS)
      if (flags[flag] !== undefined && flags[flag] !== false)
        complain(
          flag,
          `has no effect: no video is published; add --publish audio,video or leave ${flagName(flag)} out`,
        );
  const publish = kinds?.map((kind) => (kind === 'audio' ? kind : video)) ?? null;
  const isRoomNamed = flags.room !== undefined;
  return form(
    ['scenario', FLAGS_SCENARIO],
    [
      'groups',
      {
        [FLAGS_GROUP]: form(
          ['executor', 'constant-rooms'],
          [
            'rooms',
            flags.rooms === undefined && isRoomNamed
              ? undefined
              : numberOr(flags.rooms ?? DEFAULTS.rooms),
          ],
          ['joinRate', numberOr(flags.joinRate ?? DEFAULTS.joinRate)],
          ['duration', flags.duration ?? DEFAULTS.duration],
          ['room', flags.room],
          ['roomPrefix', flags.roomPrefix],
          ['path', flags.path?.trim()],
          [
            'e2ee',
            flags.e2ee === undefined
              ? undefined
              : read('e2ee', (text) => e2eeForm(parseE2ee(text))),
          ],
          ['roles', rolesOf(flags, publish)],
        ),
      },
    ],
    witnesses.length > 0 && ['witnesses', witnesses.map(formatWitness)],
  );
};

/** Roles of publishers and subscribers. Participants without anything to send are subscribers. */
const rolesOf = (flags: LoadFlags, publish: readonly unknown[] | null): FileForm => {
  const { layout, dataRate } = flags;
  const publishers = numberOr(flags.participants ?? DEFAULTS.participants);
  const subscribers = numberOr(flags.subscribers ?? DEFAULTS.subscribers);
  const others = form(['count', subscribers], ['layout', layout]);
  const sends = publish === null || publish.length > 0 || dataRate !== undefined;
  const areCounts = [publishers, subscribers].every((given) => count.file.safeParse(given).success);
  if (areCounts && (publishers === 0 || !sends)) {
    // In a named room other participants may publish; and if --subscribers adds none, joining
    // alone is the load.
    const isMeant = flags.room !== undefined || subscribers === 0;
    return {
      subscriber: form(
        ['count', Number(publishers) + Number(subscribers)],
        isMeant && layout?.trim() !== 'none' && ['subscribe', true],
        ['layout', layout],
      ),
    };
  }
  return form(
    [
      'publisher',
      form(['count', publishers], ['publish', publish], ['layout', layout], ['data', dataRate]),
    ],
    subscribers !== 0 && ['subscriber', others],
  );
};

/** Find the flag of a problem in the form; null if no flag makes that part. */
const flagAt = (path: Path): { flag: LoadFlag | null; hint: string | null; place: string } => {
  const place = formatPath(path);
  const [, flag = null, hint = null] = FLAG_OF_PLACE.find(([pattern]) => pattern.test(place)) ?? [];
  return { flag, hint, place };
};

/**
 * Scenario that flags describe.
 * @param thresholds thresholds as typed
 * @param witnesses witnesses to add
 * @throws SwarmError `usage` that lists every problem of the load (flag, value, allowed values,
 * remedy); then `invalid_threshold`
 */
export const scenarioOfFlags = (
  flags: LoadFlags,
  thresholds: readonly string[] = [],
  witnesses: readonly WitnessSpec[] = [],
): Scenario => {
  const problems = new Map<LoadFlag | string, string>();
  const complain = (flag: LoadFlag | string, problem: string): void => {
    if (!problems.has(flag)) problems.set(flag, problem);
  };
  const tree = treeOfValues(formOf(flags, witnesses, complain));
  const { scenario, findings } = interpret(tree, scaledFile);
  for (const { path, message, hint } of findings) {
    const at = flagAt(path);
    complain(at.flag ?? at.place, hint === null ? message : `${message}; ${at.hint ?? hint}`);
  }
  if (scenario === null || problems.size > 0) throw usageError(listed(problems, flags));
  const described = { ...scenario, thresholds: parseThresholds(thresholds) };
  checkThresholds(described, described.thresholds);
  return described;
};

/** Problems in the order of the flags, one per line. */
const listed = (problems: ReadonlyMap<string, string>, flags: LoadFlags): string => {
  const known = LOAD_FLAGS.flatMap((flag) => {
    const problem = problems.get(flag);
    if (problem === undefined) return [];
    // A user who misunderstands --e2ee may type the passphrase.
    const value = flag === 'e2ee' ? undefined : flags[flag];
    return [`${flagName(flag)}${typeof value === 'string' ? ` ${value}` : ''}: ${problem}`];
  });
  const others = [...problems].filter(([at]) => !LOAD_FLAGS.some((flag) => flag === at));
  return [...known, ...others.map(([at, problem]) => `${at}: ${problem}`)].join('\n');
};
