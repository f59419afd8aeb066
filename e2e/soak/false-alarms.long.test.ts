/** Soaks of one server that has no leak, again and again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import type { SoakReport } from '@livekit-swarm/report/soak';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

const SCENARIO = fileURLToPath(new URL('../../scenarios/join-and-leave.yaml', import.meta.url));
const MINUTES = 60_000;

it('raises no false alarm in ten soaks of one version', { timeout: 90 * MINUTES }, async () => {
  const verdicts: string[] = [];
  for (let run = 0; run < 10; run++) {
    const dir = scratch();
    const quick = join(dir, 'quick.yaml');
    // An empty room is not kept, so that a cycle takes seconds.
    writeFileSync(quick, 'room: { departure_timeout: 1, empty_timeout: 1 }\n');
    const { stdout, stderr } = await runSwarm([
      ...['soak', SCENARIO, '--server', `${DEFAULT_LIVEKIT_VERSION}+${quick}`, '--for', '6m'],
      ...['--departures', 'leave,close', '--record', join(dir, 'soak'), '--json', '--quiet'],
    ]);
    expect(stdout, stderr).not.toBe('');
    const { result } = JSON.parse(stdout) as SoakReport;
    verdicts.push(result.verdict);
    expect(result.verdict, JSON.stringify({ run, reasons: result.reasons })).not.toBe('failed');
  }
  console.log(JSON.stringify(verdicts));
});
