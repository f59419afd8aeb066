import type { Format } from '../formats.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import type { CostView } from './cost-view.ts';
import { renderCostJson } from './json.ts';
import { costPage } from './page.ts';
import { renderCostText } from './text.ts';

export type { LoadAssumption } from './cost-view.ts';
export { runPriceText } from './run-price-text.ts';

/** Every reporter of `swarm cost` by its name. */
export const COST_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'cost.txt', render: renderCostText },
  json: { about: 'one object, for machines', fileName: 'cost.json', render: renderCostJson },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'cost.md',
    render: (view) => renderPageMarkdown(costPage(view)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'cost.html',
    render: (view) => renderPage(costPage(view)),
  },
} as const satisfies Record<Format<'cost'>, Reporter<CostView>>;
