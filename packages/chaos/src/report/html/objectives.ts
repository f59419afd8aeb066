import { measuredOf } from '@livekit-swarm/report';
import { html, type Markup } from '@livekit-swarm/report/html';
import type { RepeatResult } from '../../measure/drill-result.ts';
import { OBJECTIVES } from '../../measure/judge-repeat.ts';

/** What was asked of the deployment, and what came. */
export const objectiveTable = ({ findings, thresholds }: RepeatResult): Markup | null => {
  const rows = [
    ...findings.map(({ objective, ok, found, asked }) => row(ok, OBJECTIVES[objective], found, asked)),
    ...thresholds.map((result) => row(result.ok, result.metric, measuredOf(result), result.expression)),
  ];
  if (rows.length === 0) return null;
  return html`<h3>Objectives</h3><div class="scroll" tabindex="0" role="region" aria-label="Objectives"><table><thead><tr><th scope="col"><span class="hidden">Result</span></th><th scope="col">Objective</th><th scope="col" class="n">Found</th><th scope="col" class="n">Asked</th></tr></thead><tbody>${rows}</tbody></table></div>`;
};

const row = (ok: boolean | null, what: string, found: string, asked: string): Markup => {
  const [mark, word, tone] =
    ok === null
      ? (['?', 'not measured', 'unsure'] as const)
      : ok
        ? (['✓', 'met', 'good'] as const)
        : (['✗', 'missed', 'bad'] as const);
  return html`<tr><td class="${tone}"><span aria-hidden="true">${mark}</span><span class="hidden">${word}</span></td><th scope="row">${what}</th><td class="n ${tone}">${found}</td><td class="n">${asked}</td></tr>`;
};
