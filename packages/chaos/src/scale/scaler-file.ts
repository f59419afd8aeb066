/** File of `swarm scale`: a load, the rules of a scaler, and what is required of it. */
import { MAX_NODES } from '@livekit-swarm/lab';
import {
  duration,
  type FileSettings,
  formatDuration,
  hinted,
  invalidFile,
  type JsonSchema,
  type Problem,
  plainOf,
  readMapping,
  readSettings,
  settingsJsonSchema,
  share,
  strict,
  whole,
  word,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { type DeployedScaler, deployedScaler } from './deployed-scaler.ts';
import {
  figure,
  HOUR_MS,
  metricOf,
  nodeCarries,
  objectives,
  SCALE_METRICS,
  subject,
} from './scaler-parts.ts';

export const SCALE_MODES = ['reactive', 'predictive'] as const;
const VICTIMS = ['newest', 'emptiest'] as const;
const SPOT_NODES = ['busiest', 'newest'] as const;

/** Half of the nodes of a lab: one that drains is not free for the next boot yet. */
const MOST_NODES = MAX_NODES / 2;
const LEAST_TICK_MS = 500;

/** Longest timetable of a rehearsal, ms. */
export const LONGEST_REHEARSAL_MS = 4 * HOUR_MS;

const nodes = strict({
  min: whole(1, MOST_NODES).default(1).describe('Nodes that run at the start, and at least.'),
  max: whole(1, MOST_NODES).describe('Nodes at most, without those that drain.'),
  carries: nodeCarries(),
  boot: duration(0, HOUR_MS).describe(
    'Time from the order of a node to the start of livekit-server: a machine boots, an image loads.',
  ),
  config: z
    .record(z.string(), z.unknown(), {
      error: hinted('must be a mapping', 'write { node_selector: { kind: any, sort_by: rooms } }'),
    })
    .default({})
    .meta({
      description: 'Merged into the configuration of every node (livekit.yaml).',
      samples: [{ node_selector: { kind: 'any', sort_by: 'rooms' } }],
    }),
});

const coolDown = strict({
  up: duration(0, HOUR_MS)
    .prefault('0s')
    .describe('Least time from the last decision to one for more nodes.'),
  down: duration(0, HOUR_MS)
    .prefault('30s')
    .describe('Least time from the last decision to one for fewer nodes.'),
});

const rule = strict({
  metric: metricOf(SCALE_METRICS),
  target: figure().describe('Of each node, in the unit of the metric.'),
  every: duration(LEAST_TICK_MS, HOUR_MS).prefault('2s').describe('Time between two decisions.'),
  tolerance: share()
    .default(0.1)
    .describe('Deviation from the target that is no reason for a decision, as of an HPA.'),
  coolDown: coolDown.prefault({}).describe('Times after a decision.'),
  scaleIn: word(VICTIMS, 'choice of a node')
    .default('newest')
    .describe('Node that is removed: newest, as of a StatefulSet, or the one with the least load.'),
  drain: duration(0, HOUR_MS)
    .prefault('30s')
    .describe('Longest drain, from SIGTERM until the node is killed although it has calls.'),
  mode: word(SCALE_MODES, 'mode')
    .default('reactive')
    .describe(
      'reactive: by the load that there is. predictive: also by the timetable, ahead of time.',
    ),
  ahead: duration(LEAST_TICK_MS, HOUR_MS)
    .optional()
    .describe('How far a predictive scaler looks ahead in the timetable.'),
});

const spot = strict({
  at: duration().describe('Time of the notice, after the start of the run.'),
  notice: duration(0, HOUR_MS).prefault('2m').describe('From the notice until the node is killed.'),
  node: word(SPOT_NODES, 'node').default('busiest').describe('Node that is reclaimed.'),
  reaction: word(['drain', 'none'], 'reaction')
    .default('drain')
    .describe(
      'drain: at the notice, the node drains and another one is ordered. none: the notice is ignored.',
    ),
});

const scalerFile = strict({
  ...subject,
  nodes: nodes.describe('Nodes of the lab.'),
  rule: rule.describe('Rule by which the scaler decides.'),
  spot: z
    .array(spot, { error: hinted('must be a list', 'write [{ at: 60s, notice: 2m }]') })
    .max(MOST_NODES, { error: `may have at most ${MOST_NODES} entries` })
    .default([])
    .describe('Notices that a Spot node is reclaimed.'),
  objectives: objectives.prefault({}).describe('What the scaler must achieve.'),
});

export type ScalerFile = z.output<typeof scalerFile>;
export type ScaleRule = ScalerFile['rule'];
export type ScaleMode = ScaleRule['mode'];
export type ScaleMetric = (typeof SCALE_METRICS)[number];
export type SpotNotice = ScalerFile['spot'][number];
export type ScaleObjectives = ScalerFile['objectives'];

/**
 * Reads a file of `swarm scale`, with all defaults filled in: of the reference scaler, or of the
 * autoscaler of a deployment.
 * @param file name of the file, for messages
 * @throws SwarmError `invalid_file` with every problem: file, line, column, message and hint
 */
export const parseScaler = (
  text: string,
  file: string,
): FileSettings<ScalerFile> | FileSettings<DeployedScaler> => {
  const kind = {
    file,
    noun: 'scaler',
    begin: 'write scaler: NAME, scenario: FILE, nodes: { max: 3, … } and rule: { metric: …, … }',
  };
  const keys = plainOf(readMapping(text, kind));
  if (typeof keys === 'object' && keys !== null && 'autoscaler' in keys)
    return withoutProblems(readSettings(text, deployedScaler, kind), targetProblems);
  return withoutProblems(readSettings(text, scalerFile, kind), checkScaler);
};

/** True for a file of the autoscaler of a deployment. */
export const isDeployed = (
  file: FileSettings<ScalerFile> | FileSettings<DeployedScaler>,
): file is FileSettings<DeployedScaler> => 'autoscaler' in file.value;

const withoutProblems = <File>(
  settings: FileSettings<File>,
  check: (settings: FileSettings<File>) => Problem[],
): FileSettings<File> => {
  const problems = check(settings);
  if (problems.length > 0) throw invalidFile(problems);
  return settings;
};

const targetProblems = ({
  value: { nodes: limits, rule: rules },
  problem,
}: FileSettings<ScalerFile> | FileSettings<DeployedScaler>): Problem[] =>
  rules.target <= limits.carries
    ? []
    : [
        problem(
          ['rule', 'target'],
          `target ${rules.target} is more than a node carries (${limits.carries})`,
          'a scaler with this target acts only when users notice: lower it',
        ),
      ];

const checkScaler = (settings: FileSettings<ScalerFile>): Problem[] => {
  const { value, problem } = settings;
  const { nodes: limits, rule: rules } = value;
  const found = targetProblems(settings);
  if (limits.min > limits.max)
    found.push(
      problem(
        ['nodes', 'min'],
        `min ${limits.min} is more than max ${limits.max}`,
        'lower min, or raise max',
      ),
    );
  if (rules.mode === 'predictive' && rules.ahead === undefined)
    found.push(
      problem(
        ['rule', 'mode'],
        'predictive needs the time that it looks ahead',
        'add ahead: 30s to rule',
      ),
    );
  if (rules.ahead !== undefined && rules.metric === 'cpu')
    found.push(
      problem(
        ['rule', 'ahead'],
        'a timetable does not contain CPU',
        'use the metric participants or rooms, or leave ahead out',
      ),
    );
  return found;
};

/**
 * Checks a timetable against the file.
 * @throws SwarmError `invalid_file`
 */
export const checkTimetable = (
  settings: FileSettings<ScalerFile> | FileSettings<DeployedScaler>,
  { endAtMs }: { endAtMs: number },
): void => {
  const { problem } = settings;
  const spot = isDeployed(settings) ? [] : settings.value.spot;
  const problems = spot.flatMap(({ at }, index) =>
    at < endAtMs
      ? []
      : [
          problem(
            ['spot', index, 'at'],
            `is after the end of the load (${formatDuration(Math.round(endAtMs))})`,
            'write an earlier time',
          ),
        ],
  );
  if (endAtMs > LONGEST_REHEARSAL_MS)
    problems.push(
      problem(
        ['scenario'],
        `its load lasts ${formatDuration(Math.round(endAtMs))}, and a rehearsal at most ${formatDuration(LONGEST_REHEARSAL_MS)}`,
        'compress the timetable: seconds in place of minutes, also in boot, coolDown, drain and notice',
      ),
    );
  if (problems.length > 0) throw invalidFile(problems);
};

/** The JSON Schema (draft 7) of the files, for editors; `swarm scale` checks more. */
export const scalerJsonSchema = (): JsonSchema =>
  settingsJsonSchema(scalerFile, 'A scaler of livekit-swarm', 'chaos/schema/scaler.schema.json');
