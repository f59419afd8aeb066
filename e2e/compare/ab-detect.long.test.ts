import type { ComparisonOutput } from '@livekit-swarm/report/comparison';
import { missing } from '@livekit-swarm/testkit/requirements';
import { beforeEach, expect, test } from 'vitest';
import { expectNoRegressionUnlessBusy } from '../support/busy-host.ts';
import { startLateDeployments } from '../support/late-deployments.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

const FIGURE = 'media_latency.avg';
/** Variation between rounds up to which this host is quiet: a tenth of the planted difference. */
const QUIET = 0.005;
/** Reason why a session of a busy host shows nothing. */
const BUSY = 'this host was too busy to measure a difference of 5 %';

const noFilter = await missing('packet-filter');
beforeEach(({ skip }) => skip(noFilter !== null, noFilter ?? ''));

test('a planted difference of 5 % in the latency of media is found between two deployments', async ({
  skip,
}) => {
  await using late = await startLateDeployments(scratch(), [20, 21]);
  const { exit, stdout, stderr } = await runSwarm(
    [
      'ab',
      ...late.flags,
      ...['--detect', 'media_latency=5%', '--rounds', '6'],
      ...['--rooms', '3', '--duration', '3s', '--json'],
    ],
    late.env,
  );
  expect(stdout, stderr).not.toBe('');
  expect(stderr).toMatch(/difference of 5 % in media_latency: .*: 6 rounds up to /);
  const output = JSON.parse(stdout) as ComparisonOutput;
  if (exit === 98) {
    expectNoRegressionUnlessBusy(exit, output);
    skip(BUSY);
  }
  const [comparison] = output.comparisons;
  const found = comparison?.figures.find(({ figure }) => figure === FIGURE);
  const note = output.notes.find(({ code }) => code === 'detection');
  const codes = output.notes.map(({ code }) => code);
  if (note === undefined) {
    expect(codes, stdout).toContain('rounds_missing');
    skip(BUSY);
  }
  expect(note).toMatchObject({ figure: FIGURE, share: 0.05 });
  // What a busy host adds to the latency varies by more than a tenth of the difference.
  const isQuiet = note?.code === 'detection' && (note.variation ?? 1) <= QUIET;
  skip(!isQuiet, BUSY);
  expect(found, stdout).toMatchObject({ verdict: 'worse' });
  expect(found?.change?.relative).toBeGreaterThan(0.03);
  expect(found?.change?.relative).toBeLessThan(0.07);
  expect(exit).toBe(99);
});
