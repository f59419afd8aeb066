import type { DrawnPanel } from './drawn-panel.tsx';

/** What stands in a panel without data. */
export const Empty = ({ panel, height }: { panel: DrawnPanel; height: number }) => (
  <div className="empty" style={{ height }}>
    {panel.fieldConfig.defaults.noValue ?? 'No data'}
  </div>
);
