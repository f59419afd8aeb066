import { plural } from '@livekit-swarm/settings';
import type { PageSection, ResultPage } from '../page/result-page.ts';
import { assumptionTexts, sourceTable } from './assumption-text.ts';
import type { CostView } from './cost-view.ts';
import { formatDollars } from './money.ts';
import { breakEvenText, NO_PLAN, usageText } from './phrases.ts';
import { cloudTable, hlsTable, SCORES_TEXT, savingTable, selfHostedTable } from './tables.ts';

/** The cheapest offers, all of them by their parts, savings, assumptions and sources. */
export const costPage = (view: CostView): ResultPage => {
  const breakEven = breakEvenText(view);
  return {
    kind: 'cost',
    subject: view.load.name,
    tone: null,
    headline: cheapestText(view),
    lead: `${usageText(view)}.`,
    asked: null,
    reasons: [
      ...(view.estimate.cloud.length === 0 ? [`${NO_PLAN}.`] : []),
      ...(breakEven === null ? [] : [breakEven]),
    ],
    sections: [
      { title: 'Plans', table: cloudTable(view) },
      { title: 'Machines', table: selfHostedTable(view), ...nodesNote(view) },
      { title: 'HLS', table: hlsTable(view) },
      { title: 'Savings', table: savingTable(view), note: SCORES_TEXT },
      {
        title: 'Assumptions',
        table: {
          head: ['assumption'],
          rows: assumptionTexts(view).map((text) => [text]),
          left: [0],
        },
      },
      { title: 'Prices', table: sourceTable(view), note: 'USD a month, without taxes' },
    ],
    startedAt: null,
  };
};

/** `A month: LiveKit Cloud (ship) $54.00, own machines (hetzner:cx22) $4.50`. */
const cheapestText = ({ estimate: { cloud, selfHosted } }: CostView): string => {
  const [plan] = cloud;
  const [machine] = selfHosted;
  const offers = [
    ...(plan === undefined ? [] : [`LiveKit Cloud (${plan.plan}) ${formatDollars(plan.total)}`]),
    ...(machine === undefined
      ? []
      : [`own machines (${machine.provider}:${machine.machine}) ${formatDollars(machine.total)}`]),
  ];
  return offers.length === 0 ? 'No offer of the price book' : `A month: ${offers.join(', ')}`;
};

/** Range of the nodes over the hours, where it is one. */
const nodesNote = ({ estimate: { nodes } }: CostView): Pick<PageSection, 'note'> => {
  const counts = nodes.map((hour) => hour.nodes);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least < most
    ? {
        note: `${plural(least, 'node')} in the quietest hour, ${plural(most, 'node')} in the busiest.`,
      }
    : {};
};
