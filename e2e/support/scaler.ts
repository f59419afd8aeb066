/** Files of `swarm scale` for tests, and what their results must be. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScaleAnswer, ScaleResult } from '@livekit-swarm/chaos/scale';
import { expect } from 'vitest';
import { type Outcome, scratch } from './swarm.ts';

/** Calls of three that last for 5 s: 9 participants, then 36, then 9 again. */
const LOAD = `scenario: wave
groups:
  calls:
    executor: ramping-arrival-rate
    startRate: 0.6
    roomDuration: 5s
    joinSpread: 500ms
    stages:
      - { name: low, duration: 6s, target: 0.6 }
      - { name: rise, duration: 8s, target: 2.4 }
      - { name: high, duration: 10s, target: 2.4 }
      - { name: fall, duration: 2s, target: 0.6 }
      - { name: low-again, duration: 18s, target: 0.6 }
    roles:
      talker: { count: 3, publish: audio }
# A busy host is slow; what is tested here are nodes.
thresholds:
  join_failures: [rate<1]
  missing_tracks: [rate<1]
  stalled_tracks: [rate<1]
`;

/** Folder with a load and a scaler. @param text the file without its name and scenario */
export const scalerFiles = (text: string): { dir: string; file: string } => {
  const dir = scratch();
  writeFileSync(join(dir, 'wave.yaml'), LOAD);
  const file = join(dir, 'scaler.yaml');
  writeFileSync(file, `scaler: test\nscenario: wave.yaml\n${text}`);
  return { dir, file };
};

export const scaleResultOf = ({
  stdout,
  stderr,
}: Pick<Outcome, 'stdout' | 'stderr'>): ScaleResult => {
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as ScaleResult;
};

/** Expects an answer, or that this host was too busy to give one. */
export const expectAnswerUnlessBusy = (
  exit: Outcome['exit'],
  { rehearsals: [main] }: ScaleResult,
  answer: Exclude<ScaleAnswer, 'unknown'>,
): void => {
  const shown = JSON.stringify(main?.reasons);
  if (main?.answer !== 'unknown') {
    expect({ exit, answer: main?.answer }, shown).toEqual({
      exit: answer === 'yes' ? 0 : 99,
      answer,
    });
    return;
  }
  expect(exit).toBe(98);
  expect(
    main.reasons.map(({ code }) => code),
    shown,
  ).toContain('generator');
};
