import type { Recovery } from '@livekit-swarm/chaos';
import { html, type Markup } from '../../html/markup.ts';
import { percent } from '../../html/svg/percent.ts';

/** A fault that heals itself has no length; it must be seen. */
const LEAST_SHARE = 1 / 500;

/** Drawn once behind all rows. From injection to heal; what was never healed lasted to the end. */
export const bands = ({ faults }: Pick<Recovery, 'faults'>, endAt: number): Markup =>
  html`<svg class="bands" aria-hidden="true">${faults
    .slice(0, MOST_BANDS)
    .map(
      ({ injectedAt, rolledBackAt }) =>
        html`<rect class="fault" x="${percent(injectedAt, endAt)}" width="${percent(Math.max((rolledBackAt ?? endAt) - injectedAt, endAt * LEAST_SHARE), endAt)}" height="100%"/><line class="fault" x1="${percent(injectedAt, endAt)}" x2="${percent(injectedAt, endAt)}" y1="0" y2="100%"/>`,
    )}</svg>`;

const MOST_BANDS = 100;
