import { INVARIANTS, type Invariant } from '@livekit-swarm/chaos';
import type {
  DrawnLine,
  RandomOutcome,
  RandomResult,
  ShrunkLine,
} from '@livekit-swarm/chaos/random';
import { formatDuration, plural } from '@livekit-swarm/settings';
import { describeViolation } from '../drill/phrases.ts';
import type { TableData } from '../text-layout.ts';

const OUTCOMES: Record<RandomOutcome, string> = {
  held: 'held',
  violated: 'violated',
  undecided: 'undecided',
  error: 'not executed',
};

const MARKS: Record<RandomOutcome, string> = {
  held: '✓',
  violated: '✗',
  undecided: '?',
  error: '!',
};

/** Conditions of the invariants, each a sentence. */
const CONDITIONS: Record<Invariant, string> = {
  connected_without_media:
    'No participant is connected and receives nothing for 30 s, although another publishes.',
  room_on_two_nodes: 'A room is on one node; on two for 20 s at most.',
  track_of_another_room: 'No participant receives a track of another room.',
  track_delivered_twice: 'No participant receives a track twice at the same time.',
  no_media_after_quiet: 'After 30 s without faults, every subscription flows.',
};

const isNew = ({ outcome, isKnown }: DrawnLine): boolean => outcome === 'violated' && !isKnown;

/** `30 random drills: 27 held, 2 violated, 1 known violation`. */
export const searchCounts = ({ drills }: Pick<RandomResult, 'drills'>): string => {
  const counts = (
    [
      ['held', drills.filter(({ outcome }) => outcome === 'held')],
      ['violated', drills.filter(isNew)],
      [
        'known violation',
        drills.filter(({ outcome, isKnown }) => outcome === 'violated' && isKnown),
      ],
      ['undecided', drills.filter(({ outcome }) => outcome === 'undecided')],
      ['not executed', drills.filter(({ outcome }) => outcome === 'error')],
    ] as const
  ).flatMap(([name, { length }]) => (length === 0 ? [] : [`${length} ${name}`]));
  const busy = drills.filter(({ isHostBusy }) => isHostBusy).length;
  const onBusyHost = busy === 0 ? '' : `; ${busy} on a busy host`;
  return `${plural(drills.length, 'random drill')}${counts.length === 0 ? '' : ': '}${counts.join(', ')}${onBusyHost}`;
};

/** Place, time and seed of a search. */
export const searchPlace = ({
  startedAt,
  seed,
  deployment,
  durationMs,
  isComplete,
  endedBy,
}: RandomResult): string => {
  const how = endedBy === null ? 'not complete' : `ended early (${endedBy})`;
  return `Search of ${startedAt} on ${deployment}, seed ${seed}, ${formatDuration(durationMs)}${isComplete ? '' : `, ${how}: --resume continues it`}.`;
};

/** `hang on node-2 at 4s for 10s`. */
const faultText = ({ fault, target, atS, forS }: DrawnLine['faults'][number]): string =>
  `${fault} on ${target} at ${atS}s${forS === null ? '' : ` for ${forS}s`}`;

const scheduleText = (faults: DrawnLine['faults']): string => faults.map(faultText).join(', ');

const codesOf = ({ violations }: DrawnLine): string =>
  [...new Set(violations.map(({ invariant }) => invariant))].join(', ');

/** Finding of a drill in one line. */
export const drawnText = (line: DrawnLine): string => {
  const { outcome, isKnown, message } = line;
  if (outcome === 'violated')
    return `${isKnown ? 'known violation' : 'violated'}: ${codesOf(line)}`;
  if (outcome === 'held') return line.isHostBusy ? 'held, on a busy host' : 'held';
  const seen = line.violations.length === 0 ? '' : `; seen, and not judged: ${codesOf(line)}`;
  return `${OUTCOMES[outcome]}${message === '' ? '' : `: ${message}`}${seen}`;
};

/** Smallest schedule of a violation. */
export const shrunkText = ({
  invariants,
  faults,
  rooms,
  runs,
  isMinimal,
  file,
}: ShrunkLine): string =>
  `${invariants.join(', ')}: ${isMinimal ? 'no smaller schedule was found' : 'smallest schedule so far'} in ${plural(runs, 'further drill')}: ${scheduleText(faults)} (${plural(rooms, 'room')}); ${file}`;

/** A sentence for each violation that is not known, and for each drill that was not executed. */
export const searchReasons = ({ drills, shrunk }: RandomResult): string[] => [
  ...drills
    .filter(({ outcome }) => outcome === 'error')
    .map(({ drill, message }) => `${drill}: not executed: ${message}`),
  ...shrunk.map(shrunkText),
  ...drills.filter(isNew).flatMap(({ drill, violations }) => {
    const [first, ...others] = violations;
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : `; ${plural(others.length, 'violation')} more`;
    return [`${drill}: ${describeViolation(first)}${more}`];
  }),
  ...(drills.length === 0 ? ['No drill was executed.'] : []),
];

/** A row for each invariant: how often it was violated. */
export const invariantTable = ({ drills }: RandomResult): TableData => {
  const decided = drills.filter(({ outcome }) => outcome === 'held' || outcome === 'violated');
  const violating = (invariant: Invariant): number =>
    decided.filter(({ violations }) => violations.some((one) => one.invariant === invariant))
      .length;
  return {
    head: ['', 'invariant', 'violated in', 'condition'],
    rows:
      decided.length === 0
        ? []
        : INVARIANTS.map((invariant) => [
            violating(invariant) === 0 ? MARKS.held : MARKS.violated,
            invariant,
            `${violating(invariant)} of ${decided.length}`,
            CONDITIONS[invariant],
          ]),
    left: [0, 1, 3],
  };
};

/** A row for each drill, in the order of execution. */
export const drawnTable = ({ drills }: RandomResult): TableData => ({
  head: ['', 'drill', 'finding', 'faults', 'took'],
  rows: drills.map((line) => [
    MARKS[line.outcome],
    line.drill,
    drawnText(line),
    scheduleText(line.faults),
    formatDuration(line.durationMs),
  ]),
  left: [0, 1, 2, 3],
});

/** A row for each schedule that was made smaller. */
export const shrunkTable = ({ shrunk }: RandomResult): TableData => ({
  head: ['invariants', 'smallest schedule', 'rooms', 'drills', 'file'],
  rows: shrunk.map(({ invariants, faults, rooms, runs, file }) => [
    invariants.join(', '),
    scheduleText(faults),
    String(rooms),
    String(runs),
    file,
  ]),
  left: [0, 1, 4],
});

/** Violations of a drill, a line each. */
export const violationLines = ({ violations }: DrawnLine): string =>
  violations.map(describeViolation).join('\n');
