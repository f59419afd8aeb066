import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { panelsOf } from '../../packages/mixin/src/queries.ts';
import { PANEL_TYPES, TRANSFORMATIONS } from './panel-types.ts';

/** Panels that would be empty in a picture, with the reason. */
export const undrawable = (dashboard: Dashboard): string[] =>
  panelsOf(dashboard).flatMap(({ title, type, transformations = [] }) => [
    ...(PANEL_TYPES.some((known) => known === type)
      ? []
      : [`${title}: ${type} is drawn by nothing here`]),
    ...transformations
      .filter(({ id }) => !TRANSFORMATIONS.some((known) => known === id))
      .map(({ id }) => `${title}: nothing here knows the transformation ${id}`),
  ]);
