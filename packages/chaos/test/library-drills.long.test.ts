/**
 * Tests one drill of the library for each kind of fault, with the load of its file: everything that
 * it plans happens, and it misses no objective but those that its file names.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { EXECUTED } from './support/library-coverage.ts';
import { carryOut, libraryDrill } from './support/library-drill.ts';

await skipWithout('packet-filter', 'redis', 'haproxy', 'coturn');

it.for(EXECUTED['library-drills.long.test.ts'])(
  '%s: it is executed, and what it misses is known',
  { timeout: 300_000 },
  async (name, { skip }) => {
    const drill = await libraryDrill(name);
    // A repeat that a busy host made inconclusive is followed by another one.
    const last = (await carryOut(drill)).repeats.at(-1);
    if (last === undefined) throw new Error('nothing was carried out');
    const { recovery, verdict, reasons, failedObjectives } = last;
    // A host without CPU for the load states nothing about the drill.
    const isHostBusy =
      verdict === 'inconclusive' && reasons.some(({ code }) => code === 'generator_impaired');
    skip(isHostBusy, 'all repeats are inconclusive: this host is too busy for the load');
    expect(['passed', 'failed'], JSON.stringify(reasons)).toContain(verdict);
    expect(recovery.skipped).toEqual([]);
    const injected = new Set(recovery.faults.map(({ fault }) => fault));
    expect(injected).toEqual(new Set(drill.faults.map(({ fault }) => fault)));
    const { always = [], sometimes = [] } = drill.knownFailures ?? {};
    const known: readonly string[] = [...always, ...sometimes];
    expect(failedObjectives.filter((code) => !known.includes(code))).toEqual([]);
  },
);
