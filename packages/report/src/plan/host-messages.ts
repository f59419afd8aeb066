import type {
  Calibration,
  HostAssessment,
  HostEstimate,
  PlannedHost,
  Shortage,
} from '@livekit-swarm/runner';
import { formatDuration, formatNumber, plural } from '@livekit-swarm/settings';
import { formatBytes } from '../format.ts';

/** A statement about the host, and its severity. */
export interface HostMessage {
  mark: 'good' | 'unsure' | 'bad';
  text: string;
}

const SHORT_OF: Record<Shortage, string> = {
  cores: 'cores',
  joins: 'cores while participants join',
  memory: 'memory',
};

/** Names of the resources that do not suffice. */
export const shortText = (short: readonly Shortage[]): string =>
  short.map((one) => SHORT_OF[one]).join(' and ');

/** Messages on whether this host can generate the plan: required, available, and advice. */
export const hostMessages = ({ assessment, host, calibration }: PlannedHost): HostMessage[] => {
  const { need, allocation, fits, short, obstacle, estimate } = assessment;
  const has = `${plural(Math.round(host.cores * 100) / 100, 'core')} and ${formatBytes(host.memoryBytes)}`;
  if (obstacle !== null || allocation === null)
    return [
      {
        mark: 'bad',
        text: `This host (${has}) cannot run it: ${obstacle?.message ?? 'it cannot host any participant'}.`,
      },
    ];
  const hosts = `${plural(allocation.workers, 'process', 'processes')}${allocation.threads > 1 ? ` of ${allocation.threads} threads` : ''}`;
  const generator = `${amount(need.generator)} for the load generator (${hosts})`;
  const load =
    need.clients === null
      ? generator
      : `${generator}, ${amount(need.clients)} for ${plural(need.clients.count, 'real client')}`;
  const all =
    need.server === null ? load : `${load}, ${amount(need.server)} for the server beside it`;
  if (fits)
    return [
      {
        mark: 'good',
        text: `This host (${has}) can generate it. At the fullest moment it takes about ${all}.`,
      },
      { mark: 'good', text: predictionText(estimate) },
      { mark: 'good', text: calibrationText(calibration) },
    ];
  return [
    {
      mark: 'unsure',
      text: `This host (${has}) is short of ${shortText(short)}: at the fullest moment it would take about ${all}.`,
    },
    ...(short.some((one) => one !== 'memory') && need.joins.cores >= LEAST_SHOWN
      ? [{ mark: 'unsure' as const, text: joinsText(need) }]
      : []),
    { mark: 'unsure', text: predictionText(estimate) },
    { mark: 'unsure', text: calibrationText(calibration) },
    { mark: 'unsure', text: advice(assessment) },
  ];
};

/**
 * The prediction counts participants that have joined: without this, it could contradict the sum
 * above.
 */
const joinsText = ({ joins }: HostAssessment['need']): string =>
  `Of that, ${plural(Math.round(joins.perSecond), 'join')} in a second take about ${formatCores(joins.cores)} cores: they take less with a lower join rate.`;

/** Warning before a run whose load exceeds this host, as `swarm plan` words it. */
export const tooLargeText = (planned: PlannedHost): string => {
  const [first = '', ...more] = hostMessages(planned).map(({ text }) => text);
  return [`warning: ${first}`, ...more.map((text) => `  ${text}`)].join('\n');
};

/** Estimated capacity of the host for this load. */
export const predictionText = ({ unit, requested, besideServer, alone }: HostEstimate): string => {
  const most =
    besideServer === null
      ? `${formatNumber(alone)} ${unit}`
      : `${formatNumber(besideServer)} ${unit} with the server beside it, ${formatNumber(alone)} without`;
  return `Estimated capacity of this host: ${most}; ${formatNumber(requested)} requested.`;
};

const calibrationText = (calibration: Calibration): string => {
  switch (calibration.source) {
    case 'measured':
    case 'cached': {
      const ageMs = Math.max(1_000, Date.now() - calibration.measuredAtMs);
      const when =
        calibration.source === 'measured'
          ? 'now'
          : `${formatDuration(Math.round(ageMs / 1_000) * 1_000)} ago`;
      const { measurements } = calibration;
      return measurements === 1
        ? `Calibrated ${when}: ${packetText(calibration)}.`
        : `Calibrated ${when}, with ${plural(measurements - 1, 'earlier measurement')}: ${packetText(calibration)}.`;
    }
    case 'given':
      return `Calibration as given: ${packetText(calibration)}.`;
    case 'skipped':
      return `Not calibrated (${calibration.message}): costs are the highest that were measured elsewhere.`;
  }
};

const packetText = ({ microsPerPacket }: { microsPerPacket: number }): string =>
  `bare UDP with encryption takes ${formatNumber(Math.round(microsPerPacket * 100) / 100)} µs for a packet here while a load runs`;

const amount = ({ cores, memoryBytes }: { cores: number; memoryBytes: number }): string =>
  `${formatCores(cores)} cores and ${formatBytes(memoryBytes)}`;

/** Smallest number of cores that is shown. */
const LEAST_SHOWN = 0.1;

const formatCores = (cores: number): string =>
  formatNumber(Math.max(LEAST_SHOWN, Math.round(cores * 10) / 10));

/** Changes after which the verdict is certain. */
const advice = ({ short, need, estimate, ...assessment }: HostAssessment): string => {
  const { unit, besideServer, alone } = estimate;
  const most = besideServer ?? alone;
  const lowerRate = assessment.carriedJoinsPerSecond;
  const advised = [
    ...(short.includes('joins')
      ? [lowerRate > 0 ? `a join rate of at most ${lowerRate}/s` : 'a lower join rate']
      : []),
    ...(short.includes('joins') && short.length === 1
      ? []
      : [
          most > 0 ? `at most ${formatNumber(most)} ${unit}` : 'a smaller load',
          ...(need.video ? ['lighter media (a smaller video, or audio alone)'] : []),
        ]),
    ...(need.server === null ? [] : ['a server on another host (--url)']),
    'a larger host',
    'more hosts (--queue)',
  ];
  return `The verdict will probably be inconclusive. Use ${advised.slice(0, -1).join(', ')} or ${advised.at(-1)}.`;
};
