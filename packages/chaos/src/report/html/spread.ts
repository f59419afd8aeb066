import { formatMs, plural } from '@livekit-swarm/report';
import { html, type Markup } from '@livekit-swarm/report/html';
import type { DrillResult } from '../../measure/drill-result.ts';

/** What the repeats have in common, and what they do not. */
export const spreadPart = ({ repeats, spread, outcomes }: DrillResult): Markup | null => {
  if (repeats.length < 2) return null;
  const rows = (
    [
      ['Recovery time, median', spread.rtoP50],
      ['Recovery time, worst', spread.rtoMax],
    ] as const
  ).flatMap(([what, figures]) =>
    figures === null
      ? []
      : [
          html`<tr><th scope="row">${what}</th><td class="n">${formatMs(figures.min)}</td><td class="n">${formatMs(figures.median)}</td><td class="n">${formatMs(figures.max)}</td></tr>`,
        ],
  );
  return html`<section class="card" aria-labelledby="spread-title"><h2 id="spread-title">Over ${plural(repeats.length, 'repeat')}</h2>
${rows.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="Spread"><table><thead><tr><th scope="col"></th><th scope="col" class="n">Least</th><th scope="col" class="n">Median</th><th scope="col" class="n">Most</th></tr></thead><tbody>${rows}</tbody></table></div>`}
<ul class="done">${outcomes.map(({ outcome, times }) => html`<li><b>${times} ×</b> ${outcome}</li>`)}</ul></section>`;
};
