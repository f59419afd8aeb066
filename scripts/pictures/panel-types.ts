/** Types of panels that the page can draw. */
export const PANEL_TYPES = ['stat', 'timeseries', 'state-timeline', 'heatmap', 'table'] as const;
export type PanelType = (typeof PANEL_TYPES)[number];

/** Transformations of tables that the page supports. */
export const TRANSFORMATIONS = ['merge', 'filterFieldsByName', 'organize'] as const;
