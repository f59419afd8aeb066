import { getFieldDisplayValues } from '@grafana/data';
import { BigValue } from '@grafana/ui';
import type { DrawingProps } from './drawn-panel.tsx';
import { fieldConfigOf, lineFrames, withFieldConfig } from './frames.tsx';
import { timeRangeOf } from './time-range.tsx';

/** Big figures as Grafana draws them, side by side, with their history in the background. */
export const Figures = ({ panel, picture, theme, width, height }: DrawingProps) => {
  const { reduceOptions, graphMode, colorMode, justifyMode, textMode } = panel.options;
  const values = getFieldDisplayValues({
    data: withFieldConfig(panel, lineFrames(panel, picture), theme),
    fieldConfig: fieldConfigOf(panel),
    reduceOptions,
    replaceVariables: (text) => text,
    sparkline: graphMode !== 'none',
    theme,
    timeZone: 'utc',
  });
  return (
    <div style={{ display: 'flex' }}>
      {values.map(({ display, sparkline }, index) => (
        <BigValue
          // biome-ignore lint/suspicious/noArrayIndexKey: drawn once, in their order.
          key={index}
          value={display}
          {...(sparkline !== undefined && {
            sparkline: { ...sparkline, timeRange: timeRangeOf(picture) },
          })}
          count={values.length}
          {...{ graphMode, colorMode, justifyMode, textMode, theme, height }}
          width={width / values.length}
        />
      ))}
    </div>
  );
};
