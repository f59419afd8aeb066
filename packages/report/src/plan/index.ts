import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import type { Reporter } from '../reporter.ts';
import { planObject } from './json.ts';
import type { PlanView } from './plan-view.ts';
import { renderPlanText } from './text.ts';

export { predictionText } from './host-messages.ts';

/** Every reporter of `swarm plan` by its name. */
export const PLAN_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'plan.txt', render: renderPlanText },
  json: {
    about: 'one object, for machines',
    fileName: 'plan.json',
    render: (view) => jsonText(planObject(view)),
  },
} as const satisfies Record<Format<'plan'>, Reporter<PlanView>>;
