/** File of `swarm scale` for the autoscaler of a deployment, whose own rules are not in it. */
import { type JsonSchema, name, settingsJsonSchema, strict } from '@livekit-swarm/settings';
import type { z } from 'zod';
import { figure, metricOf, nodeCarries, objectives, subject } from './scaler-parts.ts';

/** Metrics by which a deployment is observed: those that its Redis holds, by node. */
const METRICS = ['participants', 'rooms'] as const;

const OF_THE_REFERENCE = new Set(
  'min max boot config every tolerance coolDown scaleIn drain mode ahead spot'.split(' '),
);

const ownRules = (key: string): string | null =>
  OF_THE_REFERENCE.has(key)
    ? 'it is a rule of the reference scaler of a lab: leave it out. The autoscaler of the deployment has its own'
    : null;

const autoscaler = strict({
  hpa: name('the name of a HorizontalPodAutoscaler').meta({
    description: 'Name of the HorizontalPodAutoscaler, in the namespace of --kubernetes.',
    samples: ['livekit'],
  }),
});

const nodes = strict({ carries: nodeCarries() }, ownRules);

const rule = strict(
  {
    metric: metricOf(METRICS),
    target: figure().describe(
      'Target of the autoscaler for each node, in this unit: crossings are counted from it.',
    ),
  },
  ownRules,
);

export const deployedScaler = strict(
  {
    ...subject,
    autoscaler: autoscaler.describe('Autoscaler of the deployment, which is only observed.'),
    nodes: nodes.describe('Nodes of the deployment.'),
    rule: rule.describe('Measure of the load.'),
    objectives: objectives.prefault({}).describe('What the autoscaler must achieve.'),
  },
  ownRules,
);

export type DeployedScaler = z.output<typeof deployedScaler>;

/** The JSON Schema (draft 7) of the files, for editors; `swarm scale` checks more. */
export const autoscalerJsonSchema = (): JsonSchema =>
  settingsJsonSchema(
    deployedScaler,
    'An autoscaler that livekit-swarm observes',
    'chaos/schema/autoscaler.schema.json',
  );
