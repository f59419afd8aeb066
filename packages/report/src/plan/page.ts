import type { HostAssessment } from '@livekit-swarm/runner';
import { plural } from '@livekit-swarm/settings';
import { runPriceText } from '../cost/run-price-text.ts';
import { describeScenario } from '../describe-scenario.ts';
import type { PageSection, ResultPage } from '../page/result-page.ts';
import { hostMessages, shortText } from './host-messages.ts';
import { extentText } from './phrases.ts';
import type { PlanView } from './plan-view.ts';
import { partTable, turnSummary } from './tables.ts';

/** Fitness of this host, the load, and what the run would cost elsewhere. */
export const planPage = (view: PlanView): ResultPage => {
  const { plan, cloudPrice } = view;
  return {
    kind: 'plan',
    subject: plan.scenario.name,
    ...fitnessOf(view.assessment),
    lead: `${describeScenario(plan.scenario)}. ${extentText(view)}`,
    asked: plan.scenario.description,
    reasons: [
      ...hostMessages(view).map(({ text }) => text),
      ...(cloudPrice === null ? [] : [`On LiveKit Cloud: ${runPriceText(cloudPrice)}.`]),
    ],
    sections: [{ title: 'Load', table: partTable(view) }, ...turnSection(view)],
    startedAt: null,
  };
};

const fitnessOf = ({
  obstacle,
  fits,
  short,
}: HostAssessment): Pick<ResultPage, 'tone' | 'headline'> => {
  if (obstacle !== null) return { tone: 'failed', headline: 'This host cannot run it' };
  return fits
    ? { tone: 'passed', headline: 'This host can generate it' }
    : { tone: 'inconclusive', headline: `This host is short of ${shortText(short)}` };
};

const turnSection = (view: PlanView): PageSection[] => {
  const turns = turnSummary(view);
  if (turns === null) return [];
  const { title, table, more } = turns;
  return [{ title, table, ...(more > 0 && { note: `${plural(more, 'more turn')} in the JSON.` }) }];
};
