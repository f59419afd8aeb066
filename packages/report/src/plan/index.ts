import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { planObject } from './json.ts';
import { planPage } from './page.ts';
import type { PlanView } from './plan-view.ts';
import { renderPlanText } from './text.ts';

export { tooLargeText } from './host-messages.ts';

/** Every reporter of `swarm plan` by its name. */
export const PLAN_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'plan.txt', render: renderPlanText },
  json: {
    about: 'one object, for machines',
    fileName: 'plan.json',
    render: (view) => jsonText(planObject(view)),
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'plan.md',
    render: (view) => renderPageMarkdown(planPage(view)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'plan.html',
    render: (view) => renderPage(planPage(view)),
  },
} as const satisfies Record<Format<'plan'>, Reporter<PlanView>>;
