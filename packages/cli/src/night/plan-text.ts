import { leftOutText } from '@livekit-swarm/report/night';
import { formatDuration, plural } from '@livekit-swarm/settings';
import type { NightState } from './night-state.ts';
import type { NightPlan } from './plan-night.ts';

/** Schema of the output of `--dry-run --json`. */
const SCHEMA = 'livekit-swarm/night-plan/1';

const totalOf = ({ drills }: NightPlan): number =>
  drills.reduce((sum, { expectedMs }) => sum + expectedMs, 0);

/** Order of a night, with the expected durations. */
export const nightPlanText = (
  { seed, deployment }: NightState,
  plan: NightPlan,
  maxDurationMs: number | null,
): string => {
  const { drills, leftOut } = plan;
  const width = Math.max(0, ...[...drills].map(({ name }) => name.length));
  const limit = maxDurationMs === null ? '' : `, at most ${formatDuration(maxDurationMs)}`;
  return [
    `${plural(drills.length, 'drill')} on ${deployment}, order by --seed ${seed}, about ${formatDuration(totalOf(plan))}${limit}:`,
    ...drills.map(
      ({ name, expectedMs, drill }) =>
        `  ${name.padEnd(width)}  ${formatDuration(expectedMs).padStart(7)}${drill.repeats > 1 ? `  ${drill.repeats} repeats` : ''}`,
    ),
    ...(leftOut.length === 0 ? [] : ['Not part of it:']),
    ...leftOut.map(({ drill, reason }) => `  ${drill}: ${leftOutText(reason)}`),
    '',
  ].join('\n');
};

/** The same as JSON. */
export const nightPlanDocument = ({ seed, deployment }: NightState, plan: NightPlan): object => ({
  schema: SCHEMA,
  seed,
  deployment,
  expectedMs: totalOf(plan),
  drills: plan.drills.map(({ name, file, sha256, expectedMs, drill }) => ({
    name,
    file,
    sha256,
    repeats: drill.repeats,
    expectedMs,
  })),
  leftOut: plan.leftOut.map((one) => ({ ...one, text: leftOutText(one.reason) })),
});
