/** Tests `swarm scale` in a lab: nodes that come too late, a Spot node, and both modes side by side. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { expectAnswerUnlessBusy, scaleResultOf, scalerFiles } from '../support/scaler.ts';
import { runSwarm } from '../support/swarm.ts';

await skipWithout('redis', 'haproxy');

/** The wave has twice what a node carries before the first one has booted. */
const LATE = `nodes: { min: 1, max: 4, carries: 14, boot: 8s }
rule: { metric: participants, target: 12, every: 500ms, coolDown: { down: 30s }, ahead: 14s }
spot: [{ at: 22s, notice: 1s, node: busiest, reaction: none }]
objectives: { slowJoin: 30s }
`;

it('finds that nodes come too late, and that a timetable orders them earlier', async () => {
  const { file } = scalerFiles(LATE);
  const outcome = await runSwarm(['scale', file, '--compare', '--json']);
  const result = scaleResultOf(outcome);
  expectAnswerUnlessBusy(outcome.exit, result, 'no');
  const [reactive, predictive] = result.rehearsals;
  expect([reactive?.mode, predictive?.mode]).toEqual(['reactive', 'predictive']);
  if (reactive === undefined || predictive === undefined) throw new Error('a mode is missing');
  expect(reactive.facts.mostLoad).toBeGreaterThan(14);
  expect(reactive.facts.overloadedMs).toBeGreaterThan(0);
  const [late] = reactive.facts.steps;
  const [early] = predictive.facts.steps;
  expect(late).toMatchObject({ why: 'load' });
  expect(early).toMatchObject({ why: 'timetable' });
  // Whatever the host, a timetable is known 14 s ahead.
  expect((late?.decidedAt ?? 0) - (early?.decidedAt ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(
    3_000,
  );
  for (const { facts } of result.rehearsals) {
    const spot = facts.removed.filter(({ why }) => why === 'spot');
    expect(spot).toMatchObject([{ why: 'spot', drainingAt: null }]);
    // The notice is ignored: its calls lose it, a second after the notice.
    expect(spot[0]?.participantsCut).toBeGreaterThan(0);
    expect((spot[0]?.stoppedAt ?? 0) - (spot[0]?.noticedAt ?? 0)).toBeGreaterThan(900);
    expect(spot[0]?.replacement).not.toBeNull();
  }
});
