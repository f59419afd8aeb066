import { formattedValueToString, getValueFormat } from '@grafana/data';
import { heatOf } from '../heat.ts';
import type { DrawingProps } from './drawn-panel.tsx';
import { Empty } from './empty.tsx';
import { AXIS_HEIGHT, TimeAxis } from './time-axis.tsx';

const LEFT = 64;

/**
 * How often each size occurs, over time: a row for each bucket. Grafana keeps its own heatmap to itself: this one has its scheme of colours
 * ("Oranges", darker for more), but its cells are drawn here.
 */
export const HeatCells = ({ panel, picture, theme, width, height }: DrawingProps) => {
  const rows = heatOf(
    panel.targets.flatMap(({ refId }) => picture.answers[panel.id]?.[refId] ?? []),
  );
  const most = Math.max(0, ...rows.flatMap(({ cells }) => [...cells.values()]));
  if (most === 0) return <Empty panel={panel} height={height} />;
  const { from, to, stepMs } = picture;
  const right = width - LEFT;
  const rowHeight = (height - AXIS_HEIGHT) / rows.length;
  const cellWidth = (stepMs / (to - from)) * right;
  const { exponent = 0.5 } = panel.options.color ?? {};
  const format = getValueFormat(panel.options.yAxis?.unit);
  // A name needs some room; every second or third one will do.
  const every = Math.ceil(14 / rowHeight);
  return (
    <div>
      <svg width={width} height={height - AXIS_HEIGHT} role="img" aria-label={panel.title}>
        {rows.map(({ bound, cells }, index) => {
          const y = height - AXIS_HEIGHT - (index + 1) * rowHeight;
          return (
            <g key={bound}>
              {index % every === 0 && (
                <text
                  x={LEFT - 8}
                  y={y + rowHeight / 2 + 4}
                  textAnchor="end"
                  fill={theme.colors.text.primary}
                >
                  {Number.isFinite(bound) ? formattedValueToString(format(bound)) : '+Inf'}
                </text>
              )}
              {[...cells].map(([time, count]) =>
                count < 1e-9 || time < from ? null : (
                  <rect
                    key={time}
                    x={LEFT + ((time - from) / (to - from)) * right}
                    y={y + 0.5}
                    width={Math.max(
                      1,
                      Math.min(cellWidth, ((to - time) / (to - from)) * right) - 1,
                    )}
                    height={Math.max(1, rowHeight - 1)}
                    fill={theme.visualization.getColorByName('dark-orange')}
                    opacity={0.15 + 0.85 * (count / most) ** exponent}
                  />
                ),
              )}
            </g>
          );
        })}
      </svg>
      <TimeAxis picture={picture} left={LEFT} width={right} />
    </div>
  );
};
