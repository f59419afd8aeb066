import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { type Outcome, resultOf, runSwarm, scratch } from '../support/swarm.ts';

/** The scenario in the record. @param dir where `swarm` was run */
const scenarioOf = (outcome: Outcome, dir: string): Scenario => {
  const [header = ''] = readFileSync(join(dir, resultOf(outcome).record), 'utf8').split('\n');
  return (JSON.parse(header) as { scenario: Scenario }).scenario;
};

describe('scenario files', () => {
  it('begin with one that swarm init writes: it runs, and passes', async () => {
    const dir = scratch();
    expect((await runSwarm(['init', 'first.yaml'], {}, dir)).exit).toBe(0);
    expect((await runSwarm(['validate', 'first.yaml', '--scale', 'large'], {}, dir)).exit).toBe(0);
    const outcome = await runSwarm(['run', 'first.yaml', '--json', '--quiet'], {}, dir);
    const { verdict, thresholds, joins } = resultOf(outcome);
    expect({ verdict, exit: outcome.exit, joined: joins.joined }).toEqual({
      verdict: 'passed',
      exit: 0,
      joined: 12,
    });
    expect(thresholds.map(({ metric }) => metric)).toContain(
      'media_latency{kind:audio}@all-joined',
    );
  });

  it('do the same as the flags that they were printed for', async () => {
    const dir = scratch();
    const flags = [
      '--rooms',
      '2',
      '--subscribers',
      '1',
      '--duration',
      '3s',
      '--threshold',
      'join_time.p95<1.9s',
    ];
    const { stdout, stderr, exit } = await runSwarm([...flags, '--print-scenario'], {}, dir);
    expect([exit, stderr]).toEqual([0, '']);
    writeFileSync(join(dir, 'printed.yaml'), stdout);
    const byFlags = await runSwarm([...flags, '--json', '--quiet'], {}, dir);
    const byFile = await runSwarm(['run', 'printed.yaml', '--json', '--quiet'], {}, dir);
    expect([byFlags.exit, byFile.exit]).toEqual([0, 0]);
    expect(scenarioOf(byFile, dir)).toEqual(scenarioOf(byFlags, dir));
  });
});
