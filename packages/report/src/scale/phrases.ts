/** Every text about a rehearsal of a scaler. */
import type {
  JoinFigures,
  NewNode,
  Rehearsal,
  RemovedNode,
  ScaleMetric,
  ScaleObjective,
  ScaleReason,
  ScaleResult,
  ScaleStep,
} from '@livekit-swarm/chaos/scale';
import {
  EXIT_CODES,
  type ExitCode,
  formatDuration,
  formatNumber,
  plural,
} from '@livekit-swarm/settings';
import { clock, formatMs, formatShare } from '../format.ts';
import { MARKS, type TableData } from '../text-layout.ts';

export const TONES = { yes: 'passed', no: 'failed', unknown: 'inconclusive' } as const;

/** The rehearsal of the mode of the file, whose answer is that of the result. */
export const mainOf = ({ rehearsals }: ScaleResult): Rehearsal => {
  const [first] = rehearsals;
  if (first === undefined) throw new RangeError('a result without a rehearsal');
  return first;
};

export const exitCodeOfScale = (result: ScaleResult): ExitCode => {
  const isInterrupted = result.rehearsals.some(({ reasons }) =>
    reasons.some(({ code }) => code === 'interrupted'),
  );
  return isInterrupted
    ? EXIT_CODES.interrupted.code
    : EXIT_CODES[TONES[mainOf(result).answer]].code;
};

/** `The scaler keeps up: yes`. */
export const scaleHeadline = (result: ScaleResult): string => {
  const { answer } = mainOf(result);
  return `The scaler keeps up: ${answer}`;
};

const unitOf = (metric: ScaleMetric): string => (metric === 'cpu' ? 'cores' : metric);

const figure = (value: number): string => formatNumber(Math.round(value * 100) / 100);

/** Rule of the file in a sentence, or limits of the autoscaler. */
export const ruleText = (
  file: ScaleResult['file'],
  { autoscaler }: Pick<Rehearsal, 'autoscaler'>,
): string => {
  if ('autoscaler' in file) {
    const { nodes, rule } = file;
    const unit = unitOf(rule.metric);
    const limits =
      autoscaler === null
        ? ''
        : `${autoscaler.workload}, ${autoscaler.min} to ${plural(autoscaler.max, 'pod')}, with windows of ${formatDuration(autoscaler.upMs)} up and ${formatDuration(autoscaler.downMs)} down; `;
    return `${limits}a node carries ${figure(nodes.carries)} ${unit}, target ${figure(rule.target)} ${unit}.`;
  }
  const { nodes, rule } = file;
  const { metric, target, every, coolDown, drain } = rule;
  const unit = unitOf(metric);
  return `${nodes.min} to ${plural(nodes.max, 'node')} that boot in ${formatDuration(nodes.boot)} and carry ${figure(nodes.carries)} ${unit}; target ${figure(target)} ${unit}, decided every ${formatDuration(every)}, cool-down ${formatDuration(coolDown.up)} up and ${formatDuration(coolDown.down)} down, drain of ${formatDuration(drain)}.`;
};

/** `predictive, 15s ahead`. */
export const modeText = ({ mode }: Rehearsal, file: ScaleResult['file']): string => {
  if ('autoscaler' in file) return `HorizontalPodAutoscaler ${file.autoscaler.hpa}`;
  return mode === 'predictive' ? `predictive, ${formatDuration(file.rule.ahead ?? 0)} ahead` : mode;
};

const OBJECTIVES: Record<ScaleObjective['code'], string> = {
  joinsLost: 'joins lost',
  slowJoins: 'slow joins',
  overloaded: 'a node had more than it carries for',
  callsCut: 'participants whose call lost its node',
  reversals: 'decisions reversed within the cool-down',
  firstRoom: 'from the crossing to the first room on a new node',
};

export const objectiveName = ({ code }: Pick<ScaleObjective, 'code'>): string => OBJECTIVES[code];

const TIMES: ReadonlySet<ScaleObjective['code']> = new Set(['overloaded', 'firstRoom']);

const valueText = ({ code }: ScaleObjective, value: number | null): string => {
  if (value === null) return 'a node had no room';
  return TIMES.has(code) ? formatMs(value) : formatNumber(value);
};

/** `2 joins …: 3, at most 0`. */
export const objectiveText = (objective: ScaleObjective): string =>
  `${objectiveName(objective)}: ${valueText(objective, objective.measured)}, at most ${valueText(objective, objective.limit)}`;

export const reasonText = (reason: ScaleReason): string => {
  switch (reason.code) {
    case 'objective':
      return objectiveText(reason.objective);
    case 'threshold':
      return `crossed: ${reason.threshold}`;
    case 'generator':
      return `this host was too slow for its figures to be trusted (${reason.findings.join(', ')}): repeat it with less load or more cores`;
    case 'nothing_rehearsed':
      return 'the load never crossed the target: nothing was rehearsed. Lower the target, or raise the load';
    case 'autoscaler_inactive':
      return `the autoscaler could not read its metrics for ${formatShare(reason.share)} of the time: ${reason.message}`;
    case 'unreadable':
      return `${[
        `for ${formatShare(reason.share)} of the time the load could not be read`,
        ...(reason.unnamed.length === 0
          ? []
          : [`of ${reason.unnamed.join(', ')} the LiveKit node is not known`]),
      ].join(': ')}`;
    case 'load_inconclusive':
      return `the load has no verdict (${reason.codes.join(', ')})`;
    case 'interrupted':
      return 'interrupted before the end of the timetable';
  }
};

/** Figures of a rehearsal, a sentence each. */
export const figureTexts = ({ facts }: Rehearsal): string[] => {
  const { nodeMs, optimumMs, optimumOf, joins, disconnected, recovered } = facts;
  const more = optimumMs === 0 ? null : nodeMs / optimumMs - 1;
  const known = optimumOf === 'timetable' ? 'the timetable' : 'the load';
  const lost = joins.before.lost + joins.during.lost + joins.after.lost;
  const cut = (why: RemovedNode['why']): number =>
    facts.removed.reduce((sum, one) => sum + (one.why === why ? one.participantsCut : 0), 0);
  return [
    `Joins lost: ${formatNumber(lost)}. Participants cut by scale-in: ${formatNumber(cut('scale'))}; by ${facts.autoscaler === null ? `Spot: ${formatNumber(cut('spot'))}` : `other ends of nodes: ${formatNumber(cut('other'))}`}. Connections that recovered: ${formatNumber(recovered)}; that did not: ${formatNumber(disconnected)}.`,
    `Most load of one node: ${figure(facts.mostLoad)} ${unitOf(facts.metric)}; above what it carries for ${formatMs(facts.overloadedMs)}.`,
    `Time of nodes: ${hoursText(nodeMs)}; with knowledge of ${known} and no boot delay ${hoursText(optimumMs)}${more === null ? '' : ` (${signed(more)})`}.`,
    `Decisions: ${formatNumber(facts.steps.length)}, of which ${formatNumber(facts.reversals)} reversed the one before within the cool-down.`,
  ];
};

const HOUR_MS = 3_600_000;

/** `0.045 node-hours`. */
const hoursText = (ms: number): string =>
  `${formatNumber(Number((ms / HOUR_MS).toPrecision(3)))} node-hours`;

const signed = (share: number): string => `${share < 0 ? '−' : '+'}${formatShare(Math.abs(share))}`;

/** `+4.2 s`, `−2.0 s`: after the crossing, or before it. */
const since = (fromAt: number | null, at: number | null): string => {
  if (at === null) return 'never';
  if (fromAt === null) return clock(at);
  return `${at < fromAt ? '−' : '+'}${formatMs(Math.abs(at - fromAt))}`;
};

/** A row for each new node. */
export const stepTable = ({ facts }: Rehearsal): TableData => ({
  head: ['nodes', 'for', 'crossed', 'decided', 'node', 'ready', 'registered', 'first room'],
  rows: facts.steps.flatMap((step) =>
    step.to < step.from
      ? [[stepText(step), step.why, '', clock(step.decidedAt), '', '', '', '']]
      : (step.nodes.length === 0 ? [null] : step.nodes).map((node) => stepRow(step, node)),
  ),
  left: [0, 1, 4],
});

const stepText = ({ from, to }: ScaleStep): string => `${from} → ${to}`;

const stepRow = (step: ScaleStep, node: NewNode | null): string[] => {
  const { crossedAt } = step;
  return [
    stepText(step),
    step.why,
    crossedAt === null ? 'never' : clock(crossedAt),
    since(crossedAt, step.decidedAt),
    node?.component ?? 'none free',
    ...[node?.readyAt, node?.registeredAt, node?.firstRoomAt].map((at) =>
      since(crossedAt, at ?? null),
    ),
  ];
};

export const stepNote =
  'Crossed: time of the run. + and −: after and before the crossing of the target; without one, times of the run.';

/** A row for each node that ended. */
export const removedTable = ({ facts }: Rehearsal): TableData => ({
  head: ['node', 'for', 'notice', 'drain', 'ended', 'rooms cut', 'participants', 'replaced'],
  rows: facts.removed.map((one) => [
    one.component,
    ENDS[one.why],
    one.noticedAt === null ? '–' : clock(one.noticedAt),
    one.drainingAt === null ? '–' : clock(one.drainingAt),
    one.stoppedAt === null ? 'not before the end' : clock(one.stoppedAt),
    formatNumber(one.roomsCut),
    formatNumber(one.participantsCut),
    replacementText(one),
  ]),
  left: [0, 1],
});

const ENDS = { scale: 'scale-in', spot: 'Spot', other: 'not by the autoscaler' } as const;

const replacementText = ({ why, noticedAt, replacement }: RemovedNode): string => {
  if (why === 'scale') return '–';
  if (replacement === null) return 'no';
  return `first room ${since(noticedAt, replacement.firstRoomAt)}`;
};

const PHASES = ['before', 'during', 'after'] as const;

export const joinTable = ({ facts }: Rehearsal): TableData => ({
  head: ['joins', 'planned', 'lost', 'slow', 'p95'],
  rows: PHASES.map((phase) => joinRow(phase, facts.joins[phase])),
  left: [0],
});

const joinRow = (phase: string, { attempted, lost, slow, p95Ms }: JoinFigures): string[] => [
  phase,
  formatNumber(attempted),
  formatNumber(lost),
  formatNumber(slow),
  formatMs(p95Ms),
];

export const objectiveTable = ({ objectives }: Rehearsal): TableData => ({
  head: ['', 'objective', 'measured', 'at most'],
  rows: objectives.map((one) => [
    one.met ? MARKS.passed : MARKS.failed,
    objectiveName(one),
    valueText(one, one.measured),
    valueText(one, one.limit),
  ]),
  left: [0, 1],
});

/** Longest table of load and nodes. */
const MOST_MOMENTS = 60;

/** A row for each change of the nodes, with the load at that time. */
export const momentTable = ({ facts }: Rehearsal): TableData => ({
  head: ['time', unitOf(facts.metric), 'wanted', 'serving'],
  rows: facts.moments
    .filter((moment, index) => {
      const before = facts.moments[index - 1];
      return before?.wanted !== moment.wanted || before.serving !== moment.serving;
    })
    .slice(0, MOST_MOMENTS)
    .map(({ at, load, wanted, serving }) => [
      clock(at),
      load === null ? 'unknown' : figure(load),
      String(wanted),
      String(serving),
    ]),
  left: [],
});

/** Longest table of what an autoscaler stated. */
const MOST_STATES = 40;

/** A row for each change of an autoscaler, and each of its events. */
export const autoscalerTable = ({ facts: { autoscaler } }: Rehearsal): TableData => ({
  head: ['time', 'desired', 'current', 'autoscaler'],
  rows: [
    ...(autoscaler?.changes ?? []).map(({ at, desired, current, conditions }) => ({
      at,
      row: [clock(at), String(desired), String(current), conditionsText(conditions)],
    })),
    ...(autoscaler?.notices ?? []).map(({ at, reason, message }) => ({
      at,
      row: [clock(at), '', '', `${reason}: ${message}`],
    })),
  ]
    .toSorted((one, other) => one.at - other.at)
    .slice(0, MOST_STATES)
    .map(({ row }) => row),
  left: [0, 3],
});

const conditionsText = (
  conditions: NonNullable<Rehearsal['facts']['autoscaler']>['changes'][number]['conditions'],
): string => conditions.map(({ reason }) => reason).join(', ');

/** Modes side by side. */
export const compareTable = ({ file, rehearsals }: ScaleResult): TableData => ({
  head: ['', ...rehearsals.map((one) => modeText(one, file))],
  rows: [
    ['keeps up', ...rehearsals.map(({ answer }) => answer)],
    ...(['joinsLost', 'slowJoins', 'overloaded', 'callsCut', 'reversals'] as const).map((code) => [
      OBJECTIVES[code],
      ...rehearsals.map(({ objectives }) => {
        const found = objectives.find((one) => one.code === code);
        return found === undefined ? '–' : valueText(found, found.measured);
      }),
    ]),
    ['longest to a first room', ...rehearsals.map(({ facts }) => longestText(facts.steps))],
    ['node-hours', ...rehearsals.map(({ facts }) => hoursText(facts.nodeMs))],
    ['least node-hours', ...rehearsals.map(({ facts }) => hoursText(facts.optimumMs))],
  ],
  left: [0],
});

const longestText = (steps: readonly ScaleStep[]): string => {
  const times = steps.flatMap(({ crossedAt, nodes }) =>
    nodes.map(({ firstRoomAt }) =>
      crossedAt === null || firstRoomAt === null ? null : firstRoomAt - crossedAt,
    ),
  );
  const known = times.filter((time) => time !== null);
  if (known.length === 0) return '–';
  return since(0, Math.max(...known));
};
