import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/**
 * Dashboard as Grafana shows it when it is opened: collapsed rows have only their headings, one
 * below the other.
 */
export const asOpened = (dashboard: Dashboard): Dashboard => {
  let below = 0;
  return {
    ...dashboard,
    panels: (dashboard.panels ?? []).map((panel) => {
      const { x = 0, y = 0, w = 24, h = 1 } = panel.gridPos ?? {};
      if (panel.type === 'row' && 'collapsed' in panel && panel.collapsed) {
        const place = { ...panel, panels: [], gridPos: { x, y: below, w, h } };
        below += h;
        return place;
      }
      below = Math.max(below, y + h);
      return panel;
    }),
  };
};
