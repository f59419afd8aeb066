/**
 * Stages of the executors that ramp, which share their reading, checking, expansion, scaling and
 * writing.
 */
import {
  duration,
  formatDuration,
  formatNumber,
  hinted,
  name,
  type Path,
  plural,
  strict,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Complain } from '../language/checks.ts';
import { stageName } from '../language/window-names.ts';
import { durationText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import type { ReadContext } from './definition.ts';
import type { StageWindow } from './expansion.ts';

/** Stage in the form of records. */
export const stageSchema = z.object({
  /** Label in reports and for thresholds (`@NAME`); unique in the scenario. */
  name: z.string(),
  durationMs: z.number().min(0),
  /** Target value at the end of the stage. */
  target: z.number(),
});

export type Stage = z.infer<typeof stageSchema>;

interface StageFile {
  name?: string | undefined;
  duration: number;
  target: number;
}

/** Schema of the key `stages` in a scenario file. */
export const stages = <T extends z.ZodType>(target: T) =>
  z
    .array(
      strict({
        name: name('the name of a stage')
          .optional()
          .describe(
            'For thresholds (@NAME) and reports. Default: stage-1, stage-2, …; with the group’s name in front where several groups have stages.',
          ),
        duration: duration(1).describe('Time in which the target is reached.'),
        target,
      }),
      { error: hinted('must be a list of stages', 'write - { duration: 30s, target: 20 }') },
    )
    .min(1, { error: hinted('has no stages', 'write - { duration: 30s, target: 20 }') })
    .meta({ samples: [[{ duration: '30s', target: 20 }]] });

export const readStages = (given: readonly StageFile[], { prefix }: ReadContext): Stage[] =>
  given.map(({ name: own, duration: durationMs, target }, index) => ({
    name: stageName(own, index, prefix),
    durationMs,
    target,
  }));

export const writeStages = (given: readonly Stage[]): unknown[] =>
  given.map(({ name: own, durationMs, target }) => ({
    name: own,
    duration: durationText(durationMs),
    target,
  }));

/**
 * Check the stages of a group.
 * @param nothing message if all targets are zero: `no room ever opens: every target is 0`
 */
export const checkStages = (
  at: Path,
  { start, given }: { start: number; given: readonly StageFile[] },
  nothing: string,
  complain: Complain,
): void => {
  if (start === 0 && given.every(({ target }) => target === 0))
    complain([...at, 'stages'], nothing, 'give a stage a target');
  const total = given.reduce((sum, stage) => sum + stage.duration, 0);
  if (total < LIMITS.minDurationMs)
    complain(
      [...at, 'stages'],
      `last ${total}ms in all`,
      `make them at least ${LIMITS.minDurationMs / 1_000}s`,
    );
  if (total > LIMITS.maxDurationMs)
    complain([...at, 'stages'], `last longer than ${LIMITS.maxDurationMs / 86_400_000} days`);
};

export const totalMs = (given: readonly Stage[]): number =>
  given.reduce((sum, { durationMs }) => sum + durationMs, 0);

export const namesOf = (given: readonly { name: string }[]): string[] =>
  given.map(({ name: own }) => own);

/** Windows of stages. A stage without a duration changes the target at once, and has no window. */
export const stageWindows = (given: readonly Stage[]): StageWindow[] => {
  let fromMs = 0;
  return given.flatMap(({ name: own, durationMs }) => {
    const window = { name: own, fromMs, toMs: fromMs + durationMs };
    fromMs = window.toMs;
    return durationMs > 0 ? [window] : [];
  });
};

export const scaleStages = (given: readonly Stage[], scale: (target: number) => number): Stage[] =>
  given.map((stage) => ({ ...stage, target: scale(stage.target) }));

export const largestTarget = (start: number, given: readonly Stage[]): number =>
  given.reduce((most, { target }) => Math.max(most, target), start);

const MAX_STEPS = 6;

/**
 * Text of the start and the targets of stages, `5 → 50 → 5`, without repetitions, and with the
 * middle of a long list left out.
 */
export const describeTargets = (start: number, given: readonly Stage[]): string => {
  const steps = [start, ...given.map(({ target }) => target)].filter(
    (value, index, all) => value !== all[index - 1],
  );
  const shown =
    steps.length > MAX_STEPS
      ? [...steps.slice(0, MAX_STEPS - 1), Number.NaN, ...steps.slice(-1)]
      : steps;
  return shown.map((value) => (Number.isNaN(value) ? '…' : formatNumber(value))).join(' → ');
};

/** Number of stages and their total duration, as text: `3 stages in 2m`. */
export const describeStages = (given: readonly Stage[]): string =>
  `${plural(given.length, 'stage')} in ${formatDuration(totalMs(given))}`;
