/** A published leak is found in the version that has it, and not in the next version. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import type { SoakReport } from '@livekit-swarm/report/soak';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

const SCENARIO = fileURLToPath(new URL('../../scenarios/join-and-leave.yaml', import.meta.url));
const MINUTES = 60_000;

const soak = async (version: string, departures: string, time: string): Promise<SoakReport> => {
  const dir = scratch();
  const quick = join(dir, 'quick.yaml');
  // An empty room is not kept, so that a cycle takes seconds.
  writeFileSync(quick, 'room: { departure_timeout: 1, empty_timeout: 1 }\n');
  const { stdout, stderr } = await runSwarm([
    ...['soak', SCENARIO, '--server', `${version}+${quick}`, '--departures', departures],
    ...['--for', time, '--record', join(dir, 'soak'), '--json', '--quiet'],
  ]);
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as SoakReport;
};

it('finds goroutines that 1.13.3 keeps of clients that are gone before it answers', {
  timeout: 40 * MINUTES,
}, async () => {
  const { result } = await soak('1.13.3', 'before-response', '12m');
  expect(result.verdict, JSON.stringify(result.reasons)).toBe('failed');
  expect(result.reasons).toContainEqual(
    expect.objectContaining({ code: 'leak', resource: 'goroutines' }),
  );
  const next = await soak(DEFAULT_LIVEKIT_VERSION, 'before-response', '12m');
  expect(next.result.verdict, JSON.stringify(next.result.reasons)).not.toBe('failed');
});

it('raises no false alarm in ten soaks of one version', { timeout: 90 * MINUTES }, async () => {
  const verdicts: string[] = [];
  for (let run = 0; run < 10; run++) {
    const { result } = await soak(DEFAULT_LIVEKIT_VERSION, 'leave,close', '6m');
    verdicts.push(result.verdict);
    expect(result.verdict, JSON.stringify({ run, reasons: result.reasons })).not.toBe('failed');
  }
  console.log(JSON.stringify(verdicts));
});
