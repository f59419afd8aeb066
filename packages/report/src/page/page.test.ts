/** Pages of results with and without a verdict. */
import { describe, expect, it } from 'vitest';
import { passedDrill, variedDrill } from '../../../chaos/test/support/drill-results.ts';
import { costSample, planSample, sessionSample } from '../../test/support/samples.ts';
import { costPage } from '../cost/page.ts';
import { drillPage } from '../drill/page.ts';
import { planPage } from '../plan/page.ts';
import { sessionPage } from '../session/page.ts';
import { renderPage } from './html.ts';
import { renderPageMarkdown } from './markdown.ts';

describe('a cost estimate', () => {
  it('begins with the cheapest offers, without the mark of a verdict', () => {
    const markdown = renderPageMarkdown(costPage(costSample()));
    expect(markdown).toMatch(/^## A month: LiveKit Cloud \(\w+\) \\\$[\d,.]+, own machines \(/);
    expect(markdown).toContain('### Machines\n\n| Own machines | nodes |');
    expect(markdown).toMatch(/### Prices\n\n\| prices \| read \| source \| address \|/);
    const page = renderPage(costPage(costSample()));
    expect(page).not.toMatch(/class="(?:seal|pill)/);
    expect(page).toContain('<title>calls: cost</title>');
  });

  it('states the range of nodes where it changes by the hour', () => {
    const view = costSample();
    const hour = { label: 'mon 8', participants: 10 };
    const nodes = [
      { ...hour, nodes: 1 },
      { ...hour, nodes: 12 },
    ];
    const { sections } = costPage({ ...view, estimate: { ...view.estimate, nodes } });
    expect(sections.find(({ title }) => title === 'Machines')?.note).toBe(
      '1 node in the quietest hour, 12 nodes in the busiest.',
    );
  });
});

describe('a plan', () => {
  it('begins with the fitness of the host', () => {
    const view = planSample();
    const markdown = renderPageMarkdown(planPage(view));
    expect(markdown).toMatch(/^## ✓ This host can generate it\n/);
    expect(markdown).toMatch(/\| whole run \| 0s – /);
    const small = { ...view.assessment, fits: false, short: ['memory' as const] };
    expect(planPage({ ...view, assessment: small })).toMatchObject({
      tone: 'inconclusive',
      headline: 'This host is short of memory',
    });
  });
});

describe('a session', () => {
  it('begins with the impaired leg, and has its evidence, sessions and events', () => {
    const markdown = renderPageMarkdown(sessionPage(sessionSample()));
    expect(markdown).toMatch(/^## sender's uplink: ben, 8\.1 % of packets lost\n/);
    expect(markdown).toContain(
      'the node missed 81 of 1,000 packets that it sent; 3 of 3 receivers',
    );
    expect(markdown).toMatch(/\| ben \| 12:00:00 \| – \| ND_1 \| direct \| 8\.1 % \| – \|/);
    expect(markdown).toContain('older sessions are left out');
  });

  it('states that no leg was impaired', () => {
    const { headline, reasons } = sessionPage({ ...sessionSample(), findings: [] });
    expect(headline).toBe('No impaired leg');
    expect(reasons[0]).toContain('less than 2 % of packets were lost');
  });
});

describe('a drill', () => {
  it('begins with the verdict, and has the objectives of its only repeat', () => {
    const markdown = renderPageMarkdown(drillPage(passedDrill(), false));
    expect(markdown).toMatch(/^## ✓ [\w-]+: passed\n/);
    expect(markdown).toMatch(/### Objectives\n\n\| {2}\| objective \| measured \| expected \|/);
    expect(markdown).not.toContain('### Outcomes');
  });

  it('numbers the tables of several repeats, and counts their outcomes', () => {
    const { sections } = drillPage(variedDrill(), false);
    expect(sections[0]?.title).toBe('Outcomes');
    expect(sections.map(({ title }) => title)).toContainEqual(
      expect.stringMatching(/^Repeat 2, .+: objectives$/),
    );
  });
});
