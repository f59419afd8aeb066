import type { History } from '@livekit-swarm/analysis';
import { eventText } from '../../phrases/run-event.ts';
import type { HtmlInput } from '../html-input.ts';
import { said } from '../markup.ts';
import { stagesOf } from '../sections/glance.ts';
import type { ChartGroup } from './catalog.ts';
import type { PageData } from './chart-data.ts';

/** All that the page's script needs. */
export const pageDataOf = (
  { summary }: HtmlInput,
  history: History,
  groups: readonly ChartGroup[],
): PageData => ({
  step: history.stepMs / 1_000,
  points: history.steps,
  // Joining and steady are in every run: only named windows are shaded.
  bands: stagesOf(summary.plan.windows)
    .filter(({ source }) => source !== 'builtin')
    .map(({ name, fromMs, toMs }) => ({
      name: said(name),
      from: fromMs / 1_000,
      to: toMs / 1_000,
    })),
  marks: history.annotations.map((mark) => ({ at: mark.at / 1_000, text: said(eventText(mark)) })),
  charts: groups.flatMap(({ charts }) =>
    charts.map(({ id, unit, series, limit, stacked }) => ({ id, unit, series, limit, stacked })),
  ),
});
