import type { RepeatResult } from '@livekit-swarm/chaos';
import { OBJECTIVES } from '@livekit-swarm/chaos';
import { html, type Markup, said } from '../../html/markup.ts';
import { measuredOf } from '../../phrases/threshold.ts';
import { isJudged } from '../phrases.ts';

/** What was asked of the deployment, and what came. */
export const objectiveTable = (repeat: RepeatResult): Markup | null => {
  const { findings, thresholds } = repeat;
  if (!isJudged(repeat)) return null;
  const rows = [
    ...findings.map(({ objective, ok, found, asked }) =>
      row(ok, OBJECTIVES[objective], found, asked),
    ),
    ...thresholds.map((result) =>
      row(result.ok, result.metric, measuredOf(result), result.expression),
    ),
  ];
  if (rows.length === 0) return null;
  return html`<h3>Objectives</h3><table class="objectives"><thead><tr><th scope="col"><span class="hidden">Result</span></th><th scope="col">Objective</th><th scope="col" class="n">Found</th><th scope="col" class="n">Asked</th></tr></thead><tbody>${rows}</tbody></table>`;
};

const row = (ok: boolean | null, what: string, found: string, asked: string): Markup => {
  const [mark, word, tone] =
    ok === null
      ? (['?', 'not measured', 'unsure'] as const)
      : ok
        ? (['✓', 'met', 'good'] as const)
        : (['✗', 'missed', 'bad'] as const);
  return html`<tr><td class="${tone}"><span aria-hidden="true">${mark}</span><span class="hidden">${word}</span></td><th scope="row">${said(what)}</th><td class="n found ${tone}">${said(found)}</td><td class="n asked">${said(asked)}</td></tr>`;
};
