import { describe, expect, it } from 'vitest';
import { dashboards } from '../../packages/mixin/src/dashboards/index.ts';
import { panelsOf } from '../../packages/mixin/src/queries.ts';
import { SHIPPED } from '../../packages/mixin/src/shipped.ts';
import { PANEL_TYPES } from './panel-types.ts';
import { undrawable } from './undrawable.ts';

describe('undrawable', () => {
  it.each(Object.entries(dashboards(SHIPPED)))('finds no problem in %s', (_key, dashboard) => {
    expect(undrawable(dashboard)).toEqual([]);
  });

  it('names panels that cannot be drawn', () => {
    const { cluster } = dashboards(SHIPPED);
    const [first] = panelsOf(cluster);
    if (first === undefined) throw new Error('no panel');
    const panels = [
      { ...first, type: 'piechart', transformations: [{ id: 'groupBy', options: {} }] },
    ];
    expect(undrawable({ ...cluster, panels })).toEqual([
      `${first.title}: piechart is drawn by nothing here`,
      `${first.title}: nothing here knows the transformation groupBy`,
    ]);
  });
});

it('has no drawing that no dashboard needs', () => {
  const used = new Set(
    Object.values(dashboards(SHIPPED)).flatMap((dashboard) =>
      panelsOf(dashboard).map(({ type }) => type),
    ),
  );
  expect(new Set(PANEL_TYPES)).toEqual(used);
});
