import { type Field, formattedValueToString, getRawDisplayProcessor } from '@grafana/data';
import { bandsOf } from '../bands.ts';
import type { DrawingProps } from './drawn-panel.tsx';
import { Empty } from './empty.tsx';
import { lineFrames, withFieldConfig } from './frames.tsx';
import { AXIS_HEIGHT, TimeAxis } from './time-axis.tsx';

const MOST_NAME = 180;
/** Of a letter, on the average. */
const LETTER = 6.6;

/**
 * States over time. Grafana keeps its own drawing of them to itself: this one has its colours and words (display processors), but its bands are
 * drawn here.
 */
export const States = ({ panel, picture, theme, width, height }: DrawingProps) => {
  const frames = withFieldConfig(panel, lineFrames(panel, picture), theme).filter(
    ({ length }) => length > 0,
  );
  if (frames.length === 0) return <Empty panel={panel} height={height} />;
  const left =
    Math.min(MOST_NAME, Math.max(...frames.map(({ name = '' }) => name.length)) * LETTER) + 12;
  const right = width - left;
  const { from, to, stepMs } = picture;
  const x = (time: number): number => (Math.max(0, time - from) / (to - from)) * right;
  const rowHeight = (height - AXIS_HEIGHT) / frames.length;
  return (
    <div>
      {frames.map(({ name, fields }) => (
        <div key={name} className="state" style={{ height: rowHeight }}>
          <div className="name" style={{ width: left }}>
            {name}
          </div>
          <div className="bands" style={{ width: right }}>
            {bandsOf({ points: pointsOf(fields) }, stepMs, to).map((band) => {
              const { text, color } = look(fields[1], theme, band.value);
              const wide = x(band.to) - x(band.from);
              return (
                <div key={band.from} style={{ left: x(band.from), width: wide, background: color }}>
                  {wide > text.length * LETTER + 8 ? text : ''}
                </div>
              );
            })}
          </div>
        </div>
      ))}
      <TimeAxis picture={picture} left={left} width={right} />
    </div>
  );
};

const pointsOf = ([times, values]: readonly Field[]): [number, string][] =>
  (times?.values ?? []).map((time: number, index: number) => [
    time,
    String(values?.values[index] ?? ''),
  ]);

const look = (
  field: Field | undefined,
  theme: DrawingProps['theme'],
  value: number,
): { text: string; color: string } => {
  const display = (field?.display ?? getRawDisplayProcessor())(value);
  return {
    text: formattedValueToString(display),
    color: display.color ?? theme.colors.text.secondary,
  };
};
