import { expect, it } from 'vitest';
import { dashboards } from '../../packages/mixin/src/dashboards/index.ts';
import { openPanelsOf, panelsOf } from '../../packages/mixin/src/queries.ts';
import { SHIPPED } from '../../packages/mixin/src/shipped.ts';
import { asOpened } from './as-opened.ts';

it('draws the first row, and the headings of the others below it', () => {
  const { cluster } = dashboards(SHIPPED);
  const opened = asOpened(cluster);
  expect(panelsOf(opened).map(({ title }) => title)).toEqual(
    expect.arrayContaining(['Firing alerts', 'Node state']),
  );
  expect(panelsOf(opened)).toHaveLength(openPanelsOf(cluster).length);
  const rows = (opened.panels ?? []).filter(({ type }) => type === 'row');
  const [, second = 0, third] = rows.map(({ gridPos }) => gridPos?.y);
  expect(third).toBe(second + 1);
});
