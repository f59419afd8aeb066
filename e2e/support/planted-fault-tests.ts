/** Runs planted faults as tests: a fault on the load generator's side makes a run inconclusive, with its cause; the same on the server's side is a failure. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { describe, expect, test } from 'vitest';
import { type FaultyRun, PLANTINGS } from './plant-fault.ts';
import { factsOf, GENERATOR_FAULTS, type PlantedFault, SERVER_FAULTS } from './planted-faults.ts';

/**
 * Runs that mostly wait, so they take place at the same time. Only of the generator's side: a run with a fault on the server's side
 * must not be impaired by others.
 */
const WAITING: readonly PlantedFault[] = [
  'clock set forward by 15 min while participants join',
  'clock set back by 15 min while participants join',
  'clock set forward by 90 s while participants join',
  'clock set back by 90 s while participants join',
  'generator stopped for 30 s',
  'process stopped for 30 s',
  'all sends refused by the firewall',
  'all media refused by the firewall',
  'connection tracking full',
  'process stopped for 5 s',
];
/** Each start of a run needs the CPU, ms. */
const APART_MS = 3_000;
let waiting: Map<string, Promise<FaultyRun>> | null = null;
const startAll = async (faults: ReadonlySet<string>): Promise<Map<string, Promise<FaultyRun>>> => {
  const runs = new Map<string, Promise<FaultyRun>>();
  for (const name of WAITING.filter((each) => faults.has(each))) {
    const { unavailable, run } = PLANTINGS[name];
    if (((await unavailable?.()) ?? null) !== null) continue;
    const result = run();
    // Its test reports it.
    result.catch(() => {});
    runs.set(name, result);
    await sleep(APART_MS);
  }
  // What a run has opened is closed after the first of their tests.
  await Promise.allSettled(runs.values());
  return runs;
};
const runOf = async (name: PlantedFault, faults: ReadonlySet<string>): Promise<FaultyRun> => {
  if (!WAITING.includes(name)) return await PLANTINGS[name].run();
  waiting ??= await startAll(faults);
  const run = waiting.get(name);
  // A test that is tried again has a run of its own.
  waiting.delete(name);
  return await (run ?? PLANTINGS[name].run());
};

/** Makes a test of each fault of which `chosen` is true. */
export const testPlantedFaults = (chosen: (fault: string) => boolean): void => {
  describe.each([
    ['generator', GENERATOR_FAULTS],
    ['server', SERVER_FAULTS],
  ])('%s', (_, faults) => {
    const rows = factsOf(faults).filter(([name]) => chosen(name));
    const names = new Set(rows.map(([name]) => name));
    test.for(rows)('%s', async ([name, facts], { skip }) => {
      const { unavailable } = PLANTINGS[name as PlantedFault];
      const why = (await unavailable?.()) ?? null;
      skip(why !== null, why ?? '');
      const { outcome, findings = [], reasons = [], error = null } = facts;
      const faulty = await runOf(name as PlantedFault, names);
      expect(faulty).toEqual({
        exitCode: EXIT_CODES[outcome].code,
        findings: findings.length === 0 ? expect.any(Array) : expect.arrayContaining([...findings]),
        reasons: expect.arrayContaining([...reasons]),
        error,
      });
    });
  });
};
