import {
  customIssue,
  hinted,
  type Path,
  quote,
  share,
  strict,
  suggest,
  text,
  textOf,
  word,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Fault } from '../../faults/fault.ts';
import type { ComponentKind } from '../../targets/platform.ts';
import type { FaultTarget } from '../drill.ts';

/** Names of sites, in order of preference. */
export const SITE_NAMES = ['site-a', 'site-b', 'site-c', 'site-d'] as const;

const ROLES = [
  'room-node',
  'other-node',
  'signal-node',
  'spare-node',
  'redis',
  'redis-replica',
  'sentinel',
  'load-balancer',
  'turn',
  'agent-worker',
  'egress',
  'none',
] as const;

const HINT =
  'write room-node, other-node, signal-node, spare-node, redis, redis-replica, sentinel, load-balancer, turn, agent-worker, egress, { nodes: 33% }, { agentWorkers: 50% }, { component: node-2 } or { site: site-a }';

const role = z
  .enum(ROLES, {
    error: (issue) => {
      const hint = suggest(textOf(issue.input), ROLES, 'available:');
      return hinted(`unknown target ${quote(issue.input)}`, hint)(issue);
    },
  })
  .transform((word): FaultTarget => ({ role: word }));

const others = strict({
  nodes: share().optional().describe('A share of all nodes, at least one, chosen with the seed.'),
  agentWorkers: share()
    .optional()
    .describe('A share of all workers of agents, at least one, in the order of their names.'),
  component: text(200, 'the name of a component')
    .optional()
    .describe('One component by its name, as "swarm chaos plan" lists them.'),
  site: word(SITE_NAMES, 'site').optional().describe('All components of one site of the lab.'),
}).transform(({ nodes, agentWorkers, component, site }, context): FaultTarget => {
  if (context.issues.length > 0) return z.NEVER;
  const given = [nodes, agentWorkers, component, site].filter((one) => one !== undefined);
  if (given.length !== 1) {
    context.addIssue(customIssue([], 'must be nodes, agentWorkers, a component or a site', HINT));
  } else if (site !== undefined) {
    return { role: 'site', name: site };
  } else if (component !== undefined) {
    return { role: 'component', name: component };
  } else if (nodes === 0 || agentWorkers === 0) {
    const hint = 'write a share above 0%, or leave the fault out';
    const [key, one] = nodes === 0 ? ['nodes', 'node'] : ['agentWorkers', 'worker'];
    context.addIssue(customIssue([key], `selects no ${one}`, hint));
  } else if (agentWorkers !== undefined) {
    return { role: 'agent-workers', share: agentWorkers };
  } else if (nodes !== undefined) {
    return { role: 'nodes', share: nodes };
  }
  return z.NEVER;
});

/**
 * Schema of the target of a fault: `room-node`, `redis`, `{ nodes: 33% }`, `{ component: node-2 }`.
 */
export const faultTarget = () =>
  z.union([role, others], { error: hinted('must be a target', HINT) }).meta({
    samples: [
      'room-node',
      'redis',
      { nodes: '33%' },
      { agentWorkers: '50%' },
      { component: 'node-2' },
      { site: 'site-a' },
    ],
    shared: 'target',
  });

/** Function that reports a problem at a key of a fault. */
export type Complain = (path: Path, what: string, hint: string | null) => void;

/**
 * Target of a fault that accepts only one kind of component; null for nodes, of which there are
 * several.
 */
export const defaultTarget = ({ targets }: Pick<Fault, 'targets'>): FaultTarget | null => {
  const [only, ...others] = targets;
  if (only === undefined) return { role: 'none' };
  const isOneOfMany = only === 'node' || only === 'agent-worker';
  return others.length > 0 || isOneOfMany ? null : { role: only };
};

/** Reports a target that the fault cannot be injected into. */
export const checkTarget = (
  target: FaultTarget | undefined,
  fault: Pick<Fault, 'name' | 'targets'>,
  complain: Complain,
): void => {
  const { name, targets } = fault;
  if (target === undefined) {
    if (defaultTarget(fault) === null)
      complain(['target'], 'target is missing', `${name} can be injected into ${choices(targets)}`);
    return;
  }
  const kind = kindOf(target);
  if (targets.length === 0) {
    if (target.role !== 'none') complain(['target'], `${name} has no target`, 'leave target out');
  } else if (target.role === 'none') {
    complain(['target'], `${name} needs a target`, `available: ${choices(targets)}`);
  } else if (kind !== null && !targets.includes(kind)) {
    complain(
      ['target'],
      `${name} cannot be injected into ${NAMES[kind]}`,
      `available: ${choices(targets)}`,
    );
  } else if (
    target.role !== 'component' &&
    (target.role === 'spare-node') !== (name === ADD_NODE)
  ) {
    complain(
      ['target'],
      name === ADD_NODE
        ? 'add-node needs a node that does not run'
        : `${name} needs a node that runs`,
      name === ADD_NODE ? 'write target: spare-node' : 'spare-node is for add-node',
    );
  }
};

/** Fault whose target must not run. */
const ADD_NODE = 'add-node';

/** Kind of a target's components; null: unknown, because the target is the name of a component. */
const kindOf = (target: FaultTarget): ComponentKind | null => {
  switch (target.role) {
    case 'redis-replica':
      return 'redis';
    case 'redis':
    case 'sentinel':
    case 'load-balancer':
    case 'turn':
    case 'egress':
      return target.role;
    case 'agent-worker':
    case 'agent-workers':
      return 'agent-worker';
    case 'component':
    case 'site':
    case 'none':
      return null;
    case 'room-node':
    case 'other-node':
    case 'signal-node':
    case 'spare-node':
    case 'nodes':
      return 'node';
  }
};

const NAMES: Record<ComponentKind, string> = {
  node: 'nodes',
  redis: 'Redis',
  sentinel: 'Sentinels',
  'load-balancer': 'the load balancer',
  turn: 'TURN servers',
  'agent-worker': 'workers of agents',
  egress: 'workers of egress',
};

const TARGETS: Record<ComponentKind, string> = {
  node: 'room-node, other-node, signal-node, { nodes: 33% }',
  redis: 'redis, redis-replica',
  sentinel: 'sentinel',
  'load-balancer': 'load-balancer',
  turn: 'turn',
  'agent-worker': 'agent-worker, { agentWorkers: 50% }',
  egress: 'egress',
};

const choices = (kinds: readonly ComponentKind[]): string =>
  [...kinds.map((kind) => TARGETS[kind]), '{ component: NAME }'].join(', ');
