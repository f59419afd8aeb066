import { html, type Markup, percent } from '@livekit-swarm/report/html';
import type { Recovery } from '../../measure/recovery.ts';

/** From injection to heal; what was never healed lasted to the end. */
export const bands = ({ faults }: Pick<Recovery, 'faults'>, endAt: number): Markup[] =>
  faults.map(
    ({ at, healedAt }) =>
      html`<rect class="fault" x="${percent(at, endAt)}" width="${percent(Math.max((healedAt ?? endAt) - at, endAt / 500), endAt)}" height="100%"/><line class="fault" x1="${percent(at, endAt)}" x2="${percent(at, endAt)}" y1="0" y2="100%"/>`,
  );
