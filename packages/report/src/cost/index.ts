import type { Format } from '../formats.ts';
import type { Reporter } from '../reporter.ts';
import type { CostView } from './cost-view.ts';
import { renderCostJson } from './json.ts';
import { renderCostText } from './text.ts';

export type { LoadAssumption } from './cost-view.ts';
export { runPriceText } from './run-price-text.ts';

/** Every reporter of `swarm cost` by its name. */
export const COST_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'cost.txt', render: renderCostText },
  json: { about: 'one object, for machines', fileName: 'cost.json', render: renderCostJson },
} as const satisfies Record<Format<'cost'>, Reporter<CostView>>;
