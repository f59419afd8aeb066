/** Tests `swarm scale` in a lab: a scaler that keeps up, and what is left after SIGKILL. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { expectAnswerUnlessBusy, scaleResultOf, scalerFiles } from '../support/scaler.ts';
import { expectGone, runSwarm, startSwarm } from '../support/swarm.ts';

await skipWithout('redis', 'haproxy');

/** Nodes that are never overloaded: the times of a busy host do not decide. */
const ROOMY = `nodes: { min: 1, max: 3, carries: 100, boot: 2s }
rule: { metric: participants, target: 12, every: 500ms, coolDown: { down: 5s }, drain: 60s }
objectives: { slowJoin: 30s }
`;

const BOOT_MS = 2_000;

it('adds nodes for a wave and drains them after it, without losing a join or a call', async () => {
  const { dir, file } = scalerFiles(ROOMY);
  const record = join(dir, 'record');
  const outcome = await runSwarm(['scale', file, '--record', record, '--json']);
  const result = scaleResultOf(outcome);
  expectAnswerUnlessBusy(outcome.exit, result, 'yes');
  const [{ facts } = { facts: null }] = result.rehearsals;
  if (facts === null) throw new Error('no rehearsal');
  const out = facts.steps.filter(({ from, to }) => to > from);
  expect(out.at(-1)?.to).toBeGreaterThanOrEqual(2);
  // Later nodes of a busy host may come when the wave is over.
  const [step] = out;
  const node = step?.nodes[0];
  const times = [step?.crossedAt, step?.decidedAt, node?.orderedAt, node?.readyAt];
  expect(times).not.toContain(null);
  expect(times).toEqual(times.toSorted((one, other) => (one ?? 0) - (other ?? 0)));
  expect((node?.readyAt ?? 0) - (node?.orderedAt ?? 0)).toBeGreaterThanOrEqual(BOOT_MS);
  expect(node?.registeredAt).not.toBeNull();
  expect(node?.firstRoomAt ?? 0).toBeGreaterThan(node?.orderedAt ?? Number.POSITIVE_INFINITY);
  // Calls of 5 s end within a drain of 60 s.
  expect(facts.removed.length).toBeGreaterThan(0);
  expect(
    facts.removed.every(({ why, participantsCut }) => why === 'scale' && participantsCut === 0),
  ).toBe(true);
  expect(facts.removed.some(({ stoppedAt }) => stoppedAt !== null)).toBe(true);
  const { before, during, after } = facts.joins;
  expect(before.lost + during.lost + after.lost).toBe(0);
  expect(during.attempted).toBeGreaterThan(0);
  // A node is paid for while it boots and drains.
  expect(facts.nodeMs).toBeGreaterThan(facts.durationMs);
  expect(facts.optimumMs).toBeGreaterThan(facts.durationMs);
  expect(readFileSync(join(record, 'scale.txt'), 'utf8')).toContain(`(exit ${outcome.exit})`);
});

it('leaves no process behind when it is killed while a node boots', async () => {
  const { dir, file } = scalerFiles(ROOMY);
  const swarm = startSwarm(['scale', file, '--record', join(dir, 'record')]);
  await swarm.says(/node-2: ordered/, 120_000);
  const processes = swarm.processes();
  expect(processes.length).toBeGreaterThan(3);
  process.kill(swarm.pid, 'SIGKILL');
  await expectGone(processes);
});
