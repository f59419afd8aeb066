import { dateTimeFormat } from '@grafana/data';
import type { Picture } from '../picture.ts';

const MINUTE = 60_000;
const STEPS = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1_440].map(
  (minutes) => minutes * MINUTE,
);
export const AXIS_HEIGHT = 24;

/** Times below what is drawn without Grafana's own axes. */
export const TimeAxis = ({
  picture: { from, to },
  left,
  width,
}: {
  picture: Picture;
  left: number;
  width: number;
}) => {
  const step = STEPS.find((one) => ((to - from) / one) * 70 <= width) ?? to - from;
  const first = Math.ceil(from / step) * step;
  const times = Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, index) => first + index * step,
  );
  return (
    <div className="axis" style={{ height: AXIS_HEIGHT, marginLeft: left }}>
      {times.map((time) => (
        <span key={time} style={{ left: ((time - from) / (to - from)) * width }}>
          {dateTimeFormat(time, { timeZone: 'utc', format: step < MINUTE ? 'HH:mm:ss' : 'HH:mm' })}
        </span>
      ))}
    </div>
  );
};
