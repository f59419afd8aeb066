import type {
  LeftOutDrill,
  LeftOutReason,
  NightFinding,
  NightLine,
  NightOutcome,
  NightResult,
} from '@livekit-swarm/chaos/night';
import { EXIT_CODES, formatDuration, plural } from '@livekit-swarm/settings';
import type { TableData } from '../text-layout.ts';

export const FINDINGS: Record<NightFinding, string> = {
  known: 'known',
  new: 'new',
  changed: 'changed',
  undecided: 'undecided',
  error: 'not executed',
  interrupted: 'interrupted',
};

/** `failed: not_recovered, split_brain`. */
export const outcomeText = ({ outcome, reasons }: NightOutcome): string =>
  reasons.length === 0 ? outcome : `${outcome}: ${reasons.join(', ')}`;

/** `20 drills: 18 known, 1 new, 1 changed; 8 left out`. */
export const countsText = ({ drills, leftOut }: NightResult): string => {
  const counts = Object.entries(FINDINGS).flatMap(([finding, name]) => {
    const count = drills.filter((line) => line.finding === finding).length;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  const left = leftOut.length === 0 ? '' : `; ${leftOut.length} left out`;
  return `${plural(drills.length, 'drill')}${counts.length === 0 ? '' : ': '}${counts.join(', ')}${left}`;
};

/** Place, time and seed of a night. */
export const placeText = ({ night, seed, deployment, durationMs }: NightResult): string =>
  `Night of ${night} on ${deployment}, order by seed ${seed}, ${formatDuration(durationMs)}.`;

/** A sentence for each drill that does not pass, the most severe first. */
export const nightReasons = (result: NightResult): string[] => [
  ...(['error', 'changed', 'new', 'undecided', 'interrupted'] as const).flatMap((finding) =>
    result.drills
      .filter((line) => line.finding === finding && line.exitCode !== EXIT_CODES.passed.code)
      .map((line) => `${line.drill}: ${reasonText(line, result)}`),
  ),
  ...(result.drills.length === 0 ? ['No drill was executed.'] : []),
];

const reasonText = (line: NightLine, { agreeingNights }: NightResult): string => {
  const { finding, message, known, knownFrom, attempt } = line;
  const outcome = outcomeText(line);
  const why = message === '' ? '' : ` (${message})`;
  switch (finding) {
    case 'changed': {
      const before = known.map(outcomeText).join(', or ');
      if (knownFrom === 'expectations') return `${outcome}${why}; expected: ${before}`;
      return before === ''
        ? `${outcome}${why}; the last ${agreeingNights} nights do not agree on an outcome`
        : `${outcome}${why}; nights before: ${before}`;
    }
    case 'new':
      return `${outcome}${why}; no night before has an outcome of it`;
    case 'undecided':
      return `${outcome}${why}${attempt > 1 ? ', also when it was repeated' : ''}`;
    case 'error':
      return `not executed: ${message}`;
    case 'interrupted':
    case 'known':
      return outcome;
  }
};

export const leftOutText = (reason: LeftOutReason): string => {
  switch (reason.code) {
    case 'needs_own_lab':
      return `needs a lab that is started for it: ${reason.settings.join(', ')}`;
    case 'fault_unavailable':
      return `${reason.fault} is not available here: ${reason.why}`;
    case 'target_not_allowed':
      return `allows only ${reason.allowed.join(', ')}`;
    case 'refused':
      return reason.message;
    case 'max_duration':
      return 'no time left (--max-duration)';
    case 'interrupted':
      return 'the night was interrupted';
    case 'rollback_failed':
      return `a fault of ${reason.drill} is still active`;
  }
};

const MARKS: Record<NightOutcome['outcome'], string> = {
  passed: '✓',
  failed: '✗',
  inconclusive: '?',
  void: '?',
  interrupted: '–',
  error: '!',
};

const seconds = (ms: number | undefined): string =>
  ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`;

/** A row for each drill, in the order of execution. */
export const drillTable = ({ drills }: NightResult): TableData => ({
  head: ['', 'drill', 'finding', 'outcome', 'recovery, median', 'worst', 'server', 'took'],
  rows: drills.map((line) => [
    MARKS[line.outcome],
    line.drill,
    FINDINGS[line.finding],
    outcomeText(line),
    seconds(line.recovery?.timeToRecoverP50Ms?.median),
    seconds(line.recovery?.timeToRecoverMaxMs?.max),
    line.serverVersion ?? '–',
    formatDuration(line.durationMs),
  ]),
  left: [0, 1, 2, 3, 6],
});

export const leftOutTable = (leftOut: readonly LeftOutDrill[]): TableData => ({
  head: ['drill', 'left out because'],
  rows: leftOut.map(({ drill, reason }) => [drill, leftOutText(reason)]),
  left: [0, 1],
});

/** Outcomes of earlier nights, the newest first. */
export const pastTable = ({ past }: NightResult): TableData => ({
  head: ['drill', 'nights before, newest first'],
  rows: past
    .filter(({ outcomes }) => outcomes.length > 0)
    .map(({ drill, outcomes }) => [
      drill,
      outcomes
        .map((one) => `${MARKS[one.outcome]} ${one.night.slice(0, 10)} ${outcomeText(one)}`)
        .join(' · '),
    ]),
  left: [0, 1],
});

/** Summary of tonight for the last line of a test case. */
export const lineText = (line: NightLine): string =>
  `${FINDINGS[line.finding]}: ${outcomeText(line)}${line.message === '' ? '' : ` (${line.message})`}`;

export const nightReasonOf = (line: NightLine, result: NightResult): string =>
  reasonText(line, result);
