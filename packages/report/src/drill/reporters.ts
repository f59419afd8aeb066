import type { DrillResult } from '@livekit-swarm/chaos';
import type { Format } from '../formats.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter, ReportOptions } from '../reporter.ts';
import { renderDrillHtml } from './html/render-html.ts';
import { drillPage } from './page.ts';
import { type DrillOutcome, isDrillResult, renderDrillJson } from './render-json.ts';
import { renderDrillJunit } from './render-junit.ts';
import { renderDrillText } from './render-text.ts';

const eachOf =
  (render: (result: DrillResult, options?: ReportOptions) => string) =>
  (outcomes: readonly DrillOutcome[], options?: ReportOptions): string =>
    outcomes
      .filter(isDrillResult)
      .map((result) => render(result, options))
      .join('\n');

/** Every reporter of drills by its name. */
export const DRILL_REPORTERS = {
  text: {
    about: 'for a terminal',
    fileName: 'drill.txt',
    several: true,
    render: eachOf(renderDrillText),
  },
  json: {
    about: 'one object with everything, for machines',
    fileName: 'drill.json',
    several: true,
    render: renderDrillJson,
  },
  junit: {
    about: 'JUnit XML: one test case for each objective and threshold of each repeat',
    fileName: 'junit.xml',
    several: true,
    render: renderDrillJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'drill.md',
    several: true,
    render: eachOf((result, options) =>
      renderPageMarkdown(drillPage(result, options?.strict ?? false)),
    ),
  },
  html: {
    about: 'one self-contained page with a timeline',
    fileName: 'drill.html',
    several: false,
    render: eachOf(renderDrillHtml),
  },
} as const satisfies Record<Format<'drill'>, Reporter<readonly DrillOutcome[]>>;
