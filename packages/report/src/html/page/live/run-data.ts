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

/** Adds a second. What came between two messages that the browser has seen is empty. */
export const addTick = (data: RunData, { point, values, marks }: LiveTick): void => {
  const { page } = data;
  page.points = Math.max(page.points, point + 1);
  for (const [index, { series }] of page.charts.entries()) {
    for (const [line, one] of series.entries()) {
      while (one.values.length < page.points) one.values.push(null);
      one.values[point] = values[index]?.[line] ?? null;
    }
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
