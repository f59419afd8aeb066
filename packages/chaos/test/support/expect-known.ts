import { expect } from 'vitest';
import type { Drill } from '../../src/drill/drill.ts';
import type { RepeatResult } from '../../src/measure/drill-result.ts';
import { carryOut, libraryDrill } from './library-drill.ts';

/**
 * Executes a drill of the library with the load of its file, and expects that everything that it
 * plans happens, and that it misses no objective but those that its file names.
 * @param skip called when the host has no CPU for the load: that states nothing about the drill
 */
export const expectKnown = async (
  name: string,
  skip: (condition: boolean, note: string) => void,
): Promise<{ drill: Drill; repeat: RepeatResult }> => {
  const drill = await libraryDrill(name);
  // A repeat that a busy host made inconclusive is followed by another one.
  const repeat = (await carryOut(drill)).repeats.at(-1);
  if (repeat === undefined) throw new Error('nothing was carried out');
  const { recovery, verdict, reasons, failedObjectives } = repeat;
  const impairments = reasons.flatMap((reason) =>
    reason.code === 'generator_impaired' ? [reason.finding.code] : [],
  );
  skip(
    verdict === 'inconclusive' && impairments.length > 0,
    `all repeats are inconclusive: this host is too busy for the load (${impairments.join(', ')})`,
  );
  expect(['passed', 'failed'], JSON.stringify(reasons)).toContain(verdict);
  expect(recovery.skipped).toEqual([]);
  const injected = new Set(recovery.faults.map(({ fault }) => fault));
  expect(injected).toEqual(new Set(drill.faults.map(({ fault }) => fault)));
  const { always = [], sometimes = [] } = drill.knownFailures ?? {};
  const known: readonly string[] = [...always, ...sometimes];
  expect(failedObjectives.filter((code) => !known.includes(code))).toEqual([]);
  return { drill, repeat };
};
