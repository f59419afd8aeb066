import { parseScenario } from '@livekit-swarm/scenario';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { parseDrill } from '../../src/drill/parse-drill.ts';
import type { ExecuteDrillOptions } from '../../src/execute/execute-drill.ts';
import { executeDrill } from '../../src/execute/execute-drill.ts';
import { FAULTS } from '../../src/faults/index.ts';
import { createRollFold } from '../../src/roll/measure-roll.ts';
import { changesOfRoll } from '../../src/roll/roll-nodes.ts';
import { drillOfRoll, type RollRequest } from '../../src/roll/roll-request.ts';
import type { RollResult } from '../../src/roll/roll-result.ts';
import { drillOrder } from './drill-order.ts';

const CALLS = `scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 2
    joinRate: 10/s
    duration: 20s
    roles:
      speaker: { count: 2, publish: [audio] }
`;

/** Conditions that calls also meet on a host that other programs use. */
const DRILL = `drill: roll
faults: []
objectives: { timeToRecover: { max: 60s }, controlGroup: any }
abort: { interrupted: 90%, for: 60s }
`;

type Deployed = Pick<ExecuteDrillOptions, 'deploy' | 'journal' | 'confirmedTarget' | 'dir'> & {
  nodes: readonly string[];
  from: string;
  to: string;
};

const releaseOf = (program: string): RollRequest['to'] => ({
  ...{ label: program, program, config: {}, configFile: null },
});

/** Rolls these nodes under two calls, in place, with a drain that ends before the calls. */
export const executeRoll = async ({
  nodes,
  from,
  to,
  ...deployed
}: Deployed): Promise<RollResult> => {
  const request: RollRequest = {
    ...{ from: releaseOf(from), to: releaseOf(to), order: 'in-place' },
    ...{ drainMs: 1_000, end: 'sigkill', gateMs: 60_000, settleMs: 3_000, rollback: false },
  };
  const scenario = parseScenario(CALLS, { file: 'calls.yaml' });
  const base = parseDrill(DRILL, {
    ...{ file: 'roll.yaml', faults: FAULTS, isRolled: true },
    load: { scenario, steadyAtMs: null },
  });
  const fold = createRollFold();
  const result = await executeDrill({
    ...drillOrder(),
    guard: ownServerGuard(),
    save: () => {},
    drill: drillOfRoll(base, request, nodes),
    ...deployed,
    changes: changesOfRoll({
      ...{ request, spare: null, onProgress: () => {} },
      signal: new AbortController().signal,
    }),
    onLine: fold.add,
  });
  return fold.result(request, result, { participants: [], scenario });
};
