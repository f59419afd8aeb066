import type { MarkData, PageData } from '../../charts/chart-data.ts';
import type { LiveFull, LiveMarkData, LiveTick } from '../../live/live-data.ts';

/** The run as far as the page knows it. The charts draw `page` as it is: points are added in place. */
export interface RunData {
  page: PageData;
  marks: LiveMarkData[];
}

export const runDataOf = ({ page, marks }: LiveFull): RunData => {
  const data: RunData = { page: { ...page, marks: [] }, marks: [] };
  addMarks(data, marks);
  return data;
};

/** Adds a second, and replaces earlier points that have changed. */
export const addTick = (data: RunData, { from, points, series, marks }: LiveTick): void => {
  const { page } = data;
  page.points = points;
  for (const [index, chart] of page.charts.entries())
    for (const [line, known] of chart.series.entries()) {
      const fresh = series[index]?.[line];
      if (fresh === undefined) continue;
      // In place: charts hold these lists.
      known.values.splice(from, Number.POSITIVE_INFINITY, ...fresh.values);
      known.high?.splice(from, Number.POSITIVE_INFINITY, ...(fresh.high ?? []));
      known.low?.splice(from, Number.POSITIVE_INFINITY, ...(fresh.low ?? []));
    }
  addMarks(data, marks);
};

const addMarks = (data: RunData, marks: readonly LiveMarkData[]): void => {
  if (marks.length === 0) return;
  const byId = new Map(data.marks.map((mark) => [mark.id, mark]));
  for (const mark of marks) byId.set(mark.id, mark);
  data.marks = [...byId.values()].sort((a, b) => a.at - b.at);
  data.page.marks = data.marks.map(({ at, text }): MarkData => ({ at, text }));
};
