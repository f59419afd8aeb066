import { formatDuration, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Drill, DrillFault } from '../drill/drill.ts';
import { planOfLoad } from '../drill/scenario-of-drill.ts';
import { drillTimes } from '../drill/schedule.ts';
import { DRAIN_ENDS } from '../faults/effects/drain-node.ts';
import { type Release, releaseSchema } from '../targets/rollout.ts';

/**
 * Orders of a roll. `in-place`: each node is drained, and started again with the release. `surge`:
 * a spare node with the release takes part meanwhile.
 */
const ROLL_ORDERS = ['in-place', 'surge'] as const;

const ms = () => z.number().describe('Milliseconds.');

const release = releaseSchema.extend({
  label: z.string().describe('As typed, without folders.'),
});

const rollRequestSchema = z
  .object({
    from: release,
    to: release,
    order: z.enum(ROLL_ORDERS),
    drainMs: ms(),
    end: z.enum(DRAIN_ENDS).describe('Signal for a node that still has rooms after its drain.'),
    gateMs: ms(),
    settleMs: ms(),
    rollback: z.boolean().describe('True: after success, every node is rolled back, measured too.'),
  })
  .meta({ id: 'RollRequest' });

/** Roll of a deployment from one release to another. */
export type RollRequest = z.infer<typeof rollRequestSchema>;

export type LabelledRelease = Release & { label: string };

/** Longest time from the end of a drain until the node is ready, ms. */
const START_WITHIN_MS = 35_000;

/** Longest time for the change of one node, ms: the gate counts for the node, then for the load. */
const nodeWithinMs = ({ drainMs, gateMs }: RollRequest): number =>
  drainMs + START_WITHIN_MS + 2 * gateMs;

const paramsOf = ({ to, drainMs, end }: RollRequest): DrillFault['params'] => ({
  to: to.program,
  config: to.config,
  configFile: to.configFile,
  grace: drainMs,
  end,
});

/**
 * Drill of a roll: one change for each node, at the latest time at which it can begin. The roll
 * itself decides when the next node follows.
 * @param base drill with the load, objectives, join probes and abort condition
 * @param nodes names of the nodes in their order; null: the platform rolls all of them on its own
 * @throws SwarmError `usage` for a load that ends before the roll
 */
export const drillOfRoll = (
  base: Drill,
  request: RollRequest,
  nodes: readonly string[] | null,
): Drill => {
  const params = paramsOf(request);
  const each = nodeWithinMs(request);
  const faults: DrillFault[] =
    nodes === null
      ? [
          {
            fault: 'rollout',
            target: { role: 'nodes', share: 1 },
            atMs: 0,
            durationMs: null,
            params,
          },
        ]
      : nodes.map((name, index) => ({
          fault: 'upgrade',
          target: { role: 'component', name },
          atMs: index * each,
          durationMs: null,
          params,
        }));
  const count = nodes?.length ?? PLATFORM_NODES;
  const drill: Drill = {
    ...base,
    // A roll changes every node: there is no control group.
    objectives: { ...base.objectives, controlGroupInterruptionMs: null },
    faults,
    // The last node, perhaps the rollback of all, and what is observed after both.
    recoveryMs:
      each * (nodes === null ? count : 1) +
      2 * request.settleMs +
      (request.rollback ? each * count : 0),
    repeats: 1,
    blastRadius: { maxComponents: Math.max(20, count), maxShare: 1 },
    knownFailures: null,
  };
  const { endMs } = drillTimes(drill);
  const loadEndMs = planOfLoad(drill, 'check').endAtMs;
  if (loadEndMs + LOAD_SHORT_MS >= endMs) return drill;
  throw usageError(
    `the load ends after ${formatDuration(loadEndMs)}, but the roll may take ${formatDuration(endMs)}`,
    'give a load that lasts longer, or a shorter --drain',
  );
};

/** Number of nodes for which there is time when a platform rolls them on its own. */
const PLATFORM_NODES = 5;

/** Time by which a load may end before the roll, ms: joins are spread. */
const LOAD_SHORT_MS = 2_000;
