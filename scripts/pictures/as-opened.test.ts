import { expect, it } from 'vitest';
import { dashboards } from '../../packages/mixin/src/dashboards/index.ts';
import { panelsOf } from '../../packages/mixin/src/queries.ts';
import { SHIPPED } from '../../packages/mixin/src/shipped.ts';
import { asOpened } from './as-opened.ts';

it('draws the first row, and the headings of the others below it', () => {
  const opened = asOpened(dashboards(SHIPPED).cluster);
  expect(panelsOf(opened).map(({ title }) => title)).toEqual(
    expect.arrayContaining(['Firing alerts', 'Node state']),
  );
  expect(panelsOf(opened)).toHaveLength(8);
  const rows = (opened.panels ?? []).filter(({ type }) => type === 'row');
  const [, second = 0, third] = rows.map(({ gridPos }) => gridPos?.y);
  expect(third).toBe(second + 1);
});
