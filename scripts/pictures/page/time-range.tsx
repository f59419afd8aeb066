import { dateTime, type TimeRange } from '@grafana/data';
import type { Picture } from '../picture.ts';

export const timeRangeOf = ({ from, to }: Picture): TimeRange => {
  const range = { from: dateTime(from), to: dateTime(to) };
  return { ...range, raw: range };
};
