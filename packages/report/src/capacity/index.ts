import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { finiteDeep } from '../format.ts';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderCapacityHtml } from './html.ts';
import { renderCapacityJunit } from './junit.ts';
import { capacityPage } from './page.ts';
import { renderCapacityText } from './text.ts';

export { modelText, type Prediction, predictionText } from './model-text.ts';
export { causeName, conclusionText, loadText } from './phrases.ts';

/** Every reporter of what `swarm capacity` found, by its name. */
export const CAPACITY_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'capacity.txt', render: renderCapacityText },
  json: {
    about: 'one object, for machines',
    fileName: 'capacity.json',
    render: (result) => jsonText(finiteDeep(result)),
  },
  junit: {
    about: 'JUnit XML: one test case, with the figures as properties',
    fileName: 'capacity-junit.xml',
    render: renderCapacityJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'capacity.md',
    render: (result) => renderPageMarkdown(capacityPage(result)),
  },
  html: {
    about: 'one self-contained page with charts',
    fileName: 'capacity.html',
    render: renderCapacityHtml,
  },
} as const satisfies Record<Format<'capacity'>, Reporter<CapacityResult>>;
