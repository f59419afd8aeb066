import { TimeSeries } from '@grafana/ui';
import type { DrawingProps } from './drawn-panel.tsx';
import { Empty } from './empty.tsx';
import { lineFrames, withFieldConfig } from './frames.tsx';
import { timeRangeOf } from './time-range.tsx';

/** Grafana's own lines, axes, limits and legend. */
export const Lines = ({ panel, picture, theme, width, height }: DrawingProps) => {
  const frames = withFieldConfig(panel, lineFrames(panel, picture), theme);
  if (frames.every(({ length }) => length === 0)) return <Empty panel={panel} height={height} />;
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeRange={timeRangeOf(picture)}
      timeZone="utc"
      legend={panel.options.legend}
      options={panel.options}
    />
  );
};
