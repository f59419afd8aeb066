import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { finiteDeep } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import { renderCapacityHtml } from './html.ts';
import { renderCapacityText } from './text.ts';

export { modelText, type Prediction, predictionText } from './model-text.ts';
export { causeName, conclusionText, loadText } from './phrases.ts';

/** One way to show what `swarm capacity` found. */
export interface CapacityReporter {
  readonly about: string;
  /** The name of its file when none is given. */
  readonly fileName: string;
  render(result: CapacityResult, options?: ReportOptions): string;
}

/** Every reporter by its name. */
export const CAPACITY_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'capacity.txt', render: renderCapacityText },
  json: {
    about: 'one object, for machines',
    fileName: 'capacity.json',
    render: (result) => `${JSON.stringify(finiteDeep(result), null, 2)}\n`,
  },
  html: { about: 'a page with charts', fileName: 'capacity.html', render: renderCapacityHtml },
} as const satisfies Record<string, CapacityReporter>;
