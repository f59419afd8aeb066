import { availableParallelism } from 'node:os';

/**
 * Tests with real servers that judge no media: whether a program starts, is refused, or leaves nothing behind does not depend on who else is busy. They may run
 * beside those that measure, which run one after the other.
 */
export const UNMEASURED = [
  'packages/chaos/test/faults.test.ts',
  'packages/chaos/test/healing.test.ts',
  'packages/chaos/test/report.test.ts',
  'packages/chaos/test/ssh-target.test.ts',
  'packages/chaos/test/systemd.test.ts',
  'packages/cli/test/bad-input.test.ts',
  'packages/cli/test/chaos.test.ts',
  'packages/cli/test/exporter.test.ts',
  'packages/cli/test/lab-exporter.test.ts',
  'packages/cli/test/lab-turn.test.ts',
  'packages/cli/test/lab.test.ts',
  'packages/cli/test/plan.test.ts',
  'packages/cli/test/refusals.test.ts',
  'packages/cli/test/scenario-files.test.ts',
  'packages/cli/test/stack-files.test.ts',
  'packages/engine/test/grants.test.ts',
  'packages/engine/test/refusal.test.ts',
  'packages/exporter/test/attack.test.ts',
  'packages/exporter/test/lifecycle.test.ts',
  'packages/exporter/test/prometheus.test.ts',
  'packages/exporter/test/split-brain.test.ts',
  'packages/lab/test/cluster.test.ts',
  'testkit/test/docker-engine.test.ts',
  'packages/host/test/guard.test.ts',
  'packages/lab/test/k6.test.ts',
  'packages/lab/test/launcher.test.ts',
  'packages/lab/test/start-livekit.test.ts',
  'packages/livekit/test/validate.test.ts',
  'packages/mixin/test/promtool.test.ts',
  'packages/webrtc/test/close.test.ts',
  'packages/report/test/html.test.ts',
  'packages/runner/test/preflight.test.ts',
];

/** @typedef {{ name: string, args: string[] }} Lane `args`: of a `vitest run`. */

/** With fewer, those that measure need all there is. */
const CORES_FOR_TWO = 4;

/**
 * What is run when: the groups one after the other, the lanes of a group at the same time.
 *
 * @param {number} cores
 * @returns {Lane[][]}
 */
export const lanes = (cores = availableParallelism()) => {
  const unmeasured = { name: 'real, unmeasured', args: ['--project', 'real', ...UNMEASURED] };
  const measured = {
    name: 'real, measured',
    args: ['--project', 'real', ...UNMEASURED.flatMap((file) => ['--exclude', file])],
  };
  const unit = { name: 'unit', args: ['--project', 'unit'] };
  return cores >= CORES_FOR_TWO
    ? [[unit], [measured, unmeasured]]
    : [[unit], [measured], [unmeasured]];
};
