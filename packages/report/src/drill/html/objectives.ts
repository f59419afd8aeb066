import type { RepeatResult } from '@livekit-swarm/chaos';
import { html, type Markup, said } from '../../html/markup.ts';
import { measuredOf } from '../../phrases/threshold.ts';
import { expectedText, hasVerdict, measuredText, objectiveLabel } from '../phrases.ts';

/** What the objectives require, and what was measured. */
export const objectiveTable = (repeat: RepeatResult): Markup | null => {
  const { objectives, thresholds } = repeat;
  if (!hasVerdict(repeat)) return null;
  const rows = [
    ...objectives.map((result) =>
      row(result.met, objectiveLabel(result), measuredText(result), expectedText(result)),
    ),
    ...thresholds.map((result) =>
      row(result.ok, result.metric, measuredOf(result), result.expression),
    ),
  ];
  if (rows.length === 0) return null;
  return html`<h3>Objectives</h3><table class="objectives"><thead><tr><th scope="col"><span class="hidden">Result</span></th><th scope="col">Objective</th><th scope="col" class="n">Measured</th><th scope="col" class="n">Expected</th></tr></thead><tbody>${rows}</tbody></table>`;
};

const row = (ok: boolean | null, what: string, measured: string, expected: string): Markup => {
  const [mark, word, tone] =
    ok === null
      ? (['?', 'not measured', 'unsure'] as const)
      : ok
        ? (['✓', 'met', 'good'] as const)
        : (['✗', 'missed', 'bad'] as const);
  return html`<tr><td class="${tone}"><span aria-hidden="true">${mark}</span><span class="hidden">${word}</span></td><th scope="row">${said(what)}</th><td class="n found ${tone}">${said(measured)}</td><td class="n asked">${said(expected)}</td></tr>`;
};
