import type { Drill } from '../drill/drill.ts';
import { parseDrill, type ReplacingLoad } from '../drill/parse-drill.ts';
import { FAULTS } from '../faults/index.ts';

/**
 * Conditions of a roll without a drill file. After a node is killed, clients that learn it from
 * their signal connection recover at once, the others when the relay times out, after about 10 s.
 */
const TEXT = `drill: roll
faults: []
joinProbes: { every: 2s, sessionDuration: 4s }
objectives:
  timeToRecover: { max: 30s }
  # A join into a room of a node that was just ended takes as long as the recovery of the others.
  joinProbesConnected: 75%
abort: { controlGroupInterrupted: 50%, interrupted: 90%, for: 30s }
`;

/**
 * Drill with the objectives, join probes and abort condition of a roll.
 * @throws SwarmError `invalid_file`
 */
export const defaultRollDrill = (load: ReplacingLoad): Drill =>
  parseDrill(TEXT, { file: 'roll', faults: FAULTS, load, isRolled: true });
