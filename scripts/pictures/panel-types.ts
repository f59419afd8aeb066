/** What the page has a drawing for. */
export const PANEL_TYPES = ['stat', 'timeseries', 'state-timeline', 'heatmap', 'table'] as const;
export type PanelType = (typeof PANEL_TYPES)[number];

/** How tables may be put together. */
export const TRANSFORMATIONS = ['merge', 'filterFieldsByName', 'organize'] as const;
