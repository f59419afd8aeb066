import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { formatNumber } from '@livekit-swarm/settings';
import type { ResultPage } from '../page/result-page.ts';
import {
  causeText,
  conclusionText,
  modelErrorText,
  notes,
  profileSection,
  sizingTitle,
} from './phrases.ts';
import { costTable, modelTable, pointTable, sizingTable } from './tables.ts';

/** Page of a search: the largest load, all loads, the cost of one more, and the nodes needed. */
export const capacityPage = (result: CapacityResult): ResultPage => {
  const { exitCode, end, cause, scenario, startedAt, limits } = result;
  return {
    kind: 'capacity',
    subject: scenario,
    tone: exitCode === 0 ? 'passed' : end === 'unreachable' ? 'failed' : 'inconclusive',
    headline: conclusionText(result),
    lead: `${scenario} on ${targetText(result)}. Exit code ${exitCode}.`,
    asked: limits.length > 0 ? `Limits: ${limits.join(', ')}` : null,
    reasons: [...(cause === null ? [] : [causeText(cause)]), ...notes(result)],
    sections: [
      { title: 'Loads', table: pointTable(result) },
      profileSection(result),
      { title: 'Cost of one more', table: costTable(result) },
      { title: sizingTitle(result), table: sizingTable(result) },
      { title: 'Cost model', table: modelTable(result), note: modelErrorText(result) },
    ],
    startedAt,
  };
};

const targetText = ({ target }: CapacityResult): string => {
  const version = target.serverVersion === null ? '' : ` ${target.serverVersion}`;
  const cores = target.nodeCores === null ? '' : `, ${formatNumber(target.nodeCores)} cores a node`;
  const local = target.server ?? `livekit-server${version}`;
  return `${target.url ?? `a local ${local}`}${cores}`;
};
