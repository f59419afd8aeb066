import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import { percent } from './percent.ts';

/** A bar of a small chart over time. */
export interface Bar {
  /** 0 … 1 of the chart's height. */
  height: number;
  tone: 'ok' | 'warn' | 'bad';
  /** Its tooltip. */
  title: string;
}

/** Bars side by side over the whole width; null leaves a gap: nothing was measured. */
export const columns = (bars: readonly (Bar | null)[]): Markup =>
  html`${bars.map((bar, index) => {
    if (bar === null || bar.height <= 0) return null;
    // What is there must be seen, however small.
    const height = Math.max(0.06, Math.min(1, bar.height));
    return html`<rect class="${bar.tone}" x="${percent(index, bars.length)}" width="${percent(0.82, bars.length)}" y="${percent(1 - height, 1)}" height="${percent(height, 1)}"><title>${bar.title}</title></rect>`;
  })}`;
