import type { Verdict } from '@livekit-swarm/analysis';
import picocolors from 'picocolors';

export type Paint = (text: string) => string;

/** How things look; without colours every paint leaves the text alone. */
export interface Style {
  title: Paint;
  good: Paint;
  bad: Paint;
  unsure: Paint;
  dim: Paint;
}

export const styleFor = (color: boolean): Style => {
  const colors = picocolors.createColors(color);
  return {
    title: colors.bold,
    good: colors.green,
    bad: colors.red,
    unsure: colors.yellow,
    dim: colors.dim,
  };
};

export const MARKS = { passed: '✓', failed: '✗', inconclusive: '?' } as const;

export const paintOf = (style: Style, verdict: Verdict): Paint =>
  verdict === 'passed' ? style.good : verdict === 'failed' ? style.bad : style.unsure;
