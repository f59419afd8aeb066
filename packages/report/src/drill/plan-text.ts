import type { DrillPreview, PlannedFault } from '@livekit-swarm/chaos';
import type { Drill, Objectives } from '@livekit-swarm/chaos/drill';
import { formatDuration, plural } from '@livekit-swarm/settings';
import { printable } from '../printable.ts';
import type { Style } from '../style.ts';
import { wrap } from '../wrap.ts';
import { sayParams } from './format-params.ts';

/**
 * What a drill would do, for people: at most 100 columns.
 * @param stands the deployment is there already: nothing is raised for the drill
 */
export const previewText = (preview: DrillPreview, style: Style, stands = false): string => {
  const { drill, members, idle, people, times } = preview;
  const { crowd, repeats, known, description } = drill;
  const lines = [
    style.title(drill.name),
    ...(description === null ? [] : wrap('  ', description)),
    '',
    ...columns([
      ['where', preview.target],
      ['parts', members.map(({ name }) => name).join(', ')],
      [
        'who',
        `${plural(crowd.rooms, 'room')} × ${crowd.participants} = ${people.crowd} people, ${crowd.publish.join(' and ')}, recovery: ${crowd.recovery}`,
      ],
      ...(people.newcomers > 0
        ? [['newcomers', `${people.newcomers}, from when it is steady until the end`] as const]
        : []),
      [
        'takes',
        `${formatDuration(times.endMs)}${repeats > 1 ? ` × ${repeats} repeats` : ''}${stands ? '' : ', and the time to raise a lab'}`,
      ],
      ['must hold', asked(drill) || 'nothing'],
    ]),
    '',
    ...columns(
      happenings(preview).map(([atMs, what]) => [seconds(atMs), what] as const),
      true,
    ),
  ];
  const obstacles = preview.faults.flatMap((fault) =>
    fault.obstacles.map((why) => `${fault.fault}: ${why}`),
  );
  const warnings = [
    ...idle.map((name) => `${name} does not run: the drill would begin without it`),
    ...[...new Set(obstacles)].map((why) => `it would tell nothing. ${why}`),
  ]
    .flatMap((warning) => wrap('  ! ', warning))
    .map(style.unsure);
  const knowledge =
    known === null
      ? []
      : wrap(
          '  → ',
          `livekit-server ${known.server} ${fails(known.fails, known.sometimes)}: ${known.because}`,
        );
  const blocks = [lines, warnings, knowledge].filter((block) => block.length > 0);
  return printable(`${blocks.map((block) => block.join('\n')).join('\n\n')}\n`);
};

/** Two columns, of which the second is broken into lines where it is long. */
const columns = (rows: readonly (readonly [string, string])[], right = false): string[] => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, text]) =>
    wrap(`  ${right ? name.padStart(width) : name.padEnd(width)}  `, text),
  );
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const fails = (always: readonly string[], sometimes: readonly string[]): string =>
  [
    ...(always.length > 0 ? [`is known to fail (${always.join(', ')})`] : []),
    ...(sometimes.length > 0 ? [`may fail (${sometimes.join(', ')})`] : []),
  ].join(', and ');

const happenings = ({ drill, people, times, faults }: DrillPreview): [number, string][] => {
  const list: [number, string][] = [
    [0, `${people.crowd} people join, ${drill.crowd.joinRate} a second`],
    [times.steadyFromMs, 'from here everybody must hear everybody, or the drill is void'],
    ...faults.map((fault): [number, string] => [fault.atMs, injection(fault)]),
    ...faults.flatMap((fault): [number, string][] =>
      fault.healAtMs === null ? [] : [[fault.healAtMs, `${fault.fault} is healed`]],
    ),
    [times.recoveryFromMs, 'the recovery begins: @recovery'],
    [times.endMs, ending(faults)],
  ];
  return list.sort(([a], [b]) => a - b);
};

const injection = (planned: PlannedFault): string => {
  const { fault, aim, candidates } = planned;
  const told = sayParams(planned);
  const [only] = candidates;
  const which =
    candidates.length > 1 && aim.includes('node')
      ? `one of ${candidates.join(', ')}`
      : candidates.join(', ');
  return `${fault}${told === '' ? '' : ` (${told})`} → ${only === aim || which === '' ? aim : `${aim} (${aim.endsWith('nodes') ? candidates.join(', ') : which})`}`;
};

const ending = (faults: readonly PlannedFault[]): string => {
  const open = [
    ...new Set(faults.filter(({ healAtMs }) => healAtMs === null).map(({ fault }) => fault)),
  ];
  return open.length === 0
    ? 'everybody leaves'
    : `everybody leaves; ${open.join(' and ')} ${open.length > 1 ? 'are' : 'is'} healed`;
};

/** Objectives in words, in the order of the report. */
const WORDS: readonly [Exclude<keyof Objectives, 'alertsWithinMs'>, (limit: number) => string][] = [
  ['rtoP50Ms', (ms) => `rto p50 ≤ ${formatDuration(ms)}`],
  ['rtoP95Ms', (ms) => `rto p95 ≤ ${formatDuration(ms)}`],
  ['rtoMaxMs', (ms) => `rto max ≤ ${formatDuration(ms)}`],
  ['neverRecovered', (count) => `never recovered ≤ ${count}`],
  ['roomsLost', (count) => `rooms lost ≤ ${count}`],
  ['splitBrain', (count) => `split brain ≤ ${count}`],
  [
    'controlGapMs',
    (ms) => (ms === 0 ? 'control rooms untouched' : `control rooms: gaps ≤ ${formatDuration(ms)}`),
  ],
  ['newcomersIn', (ratio) => `newcomers in ≥ ${Math.round(100 * ratio)} %`],
  ['newcomersBlind', (count) => `blind newcomers ≤ ${count}`],
  ['ghosts', (count) => `ghosts ≤ ${count}`],
  ['disconnected', (count) => `disconnected ≤ ${count}`],
];

const asked = ({ objectives, thresholds }: Drill): string =>
  [
    ...WORDS.flatMap(([key, words]) => {
      const limit = objectives[key];
      return limit === null ? [] : [words(limit)];
    }),
    ...Object.entries(objectives.alertsWithinMs).map(
      ([name, ms]) => `${name} within ${formatDuration(ms)}`,
    ),
    ...thresholds,
  ].join(', ');
