/** Parts of the files of `swarm scale` that every scaler has. */
import { duration, name, positive, prose, strict, whole, word } from '@livekit-swarm/settings';
import { scenarioFile } from '../drill/schema/scenario-file.ts';

export const SCALE_METRICS = ['participants', 'rooms', 'cpu'] as const;
export const HOUR_MS = 3_600_000;
const MAX_FIGURE = 1_000_000;

/** A figure in the unit of the metric. */
export const figure = () => positive(MAX_FIGURE);

export const nodeCarries = () =>
  figure().describe(
    'What a node carries, in the unit of the metric: swarm capacity measures it. Above it, users notice.',
  );

/** @param metrics those of this kind of file */
export const metricOf = <const Metrics extends readonly [string, ...string[]]>(metrics: Metrics) =>
  word(metrics, 'metric').describe(
    `participants and rooms: as Redis holds them now.${metrics.includes('cpu') ? ' cpu: cores in use by livekit-server.' : ''}`,
  );

export const objectives = strict({
  joinsLost: whole(0, MAX_FIGURE).default(0).describe('Joins that may fail.'),
  slowJoin: duration(100, HOUR_MS).prefault('5s').describe('Time from which a join is slow.'),
  slowJoins: whole(0, MAX_FIGURE).default(0).describe('Joins that may be slow.'),
  overloaded: duration(0, HOUR_MS)
    .prefault('0s')
    .describe('Time in which some node may have more than it carries.'),
  callsCut: whole(0, MAX_FIGURE)
    .default(0)
    .describe('Participants that may lose their node at the end of a drain, or with a Spot node.'),
  reversals: whole(0, MAX_FIGURE)
    .default(0)
    .describe('Decisions that may reverse the one before within the longer cool-down.'),
  firstRoom: duration(0, HOUR_MS)
    .optional()
    .describe(
      'Longest time from the crossing of the target to the first room on each new node. Default: not required.',
    ),
});

/** Keys at the beginning of every file. */
export const subject = {
  scaler: name('the name of a scaler').meta({
    description: 'Name of the scaler in reports.',
    samples: ['evening'],
  }),
  description: prose(2_000, 'a description').optional().describe('Purpose of the rehearsal.'),
  scenario: scenarioFile('scaler').describe('Scenario with the timetable of the load.'),
};
