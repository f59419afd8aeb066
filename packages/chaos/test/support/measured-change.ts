import type { RecordLine } from '@livekit-swarm/record';
import { expect } from 'vitest';
import type { JoinProbeResult, Recovery } from '../../src/measure/recovery.ts';
import { carryOut, onlyRepeat, smallDrill } from './library-drill.ts';

/** Executes a drill of the library with a small load, and returns what it measured. */
export const measured = async (
  name: string,
  onLine?: (line: RecordLine) => void,
  recoveryMs = 12_000,
): Promise<Recovery> => {
  const drill = await smallDrill(name, { recoveryMs });
  const { recovery } = onlyRepeat(await carryOut(drill, onLine));
  expect(recovery.skipped).toEqual([]);
  expect(recovery.faults.map(({ fault }) => fault)).toEqual(drill.faults.map(({ fault }) => fault));
  return recovery;
};

/** Join probes that failed. */
export const refused = (probes: readonly JoinProbeResult[]): JoinProbeResult[] =>
  probes.filter(({ failure }) => failure !== null);
