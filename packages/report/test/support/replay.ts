/** The charts of a record as the live page and the report show them. */

import { createHistory } from '@livekit-swarm/analysis';
import { LiveFold } from '@livekit-swarm/analysis/live';
import type { RecordLine } from '@livekit-swarm/record';
import { CHARTED } from '../../src/html/charts/catalog.ts';
import type { PageData } from '../../src/html/charts/chart-data.ts';
import { chartsOf, layoutOf } from '../../src/html/charts/read-charts.ts';
import type { LiveFull, LiveTick } from '../../src/html/live/live-data.ts';
import { LiveMessages } from '../../src/html/live/live-messages.ts';
import { addTick, type RunData, runDataOf } from '../../src/html/page/live/run-data.ts';

/** Charts with data of a page. */
export type Shown = Pick<PageData, 'step' | 'points' | 'charts'>;

const shownOf = ({ step, points, charts }: Shown): Shown => ({
  step,
  points,
  charts: charts.filter(({ series }) => series.length > 0),
});

/** Message as a browser receives it: a copy. */
const received = <Message extends LiveFull | LiveTick>(message: Message): Message =>
  JSON.parse(JSON.stringify(message)) as Message;

/** Charts in an HTML report. */
export const chartsOfPage = (html: string): Shown => {
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1];
  return shownOf(JSON.parse(data ?? '') as Shown);
};

interface Replayed {
  /** Charts of a browser that was connected all the time. */
  shown: Shown;
  /** Number of messages of each kind. */
  fulls: number;
  ticks: number;
}

/**
 * Replays a record through the live page, line by line, as a browser sees it.
 * @param each called after each second with the charts of the browser, and with those of a browser
 * that connects at that moment
 */
export const replayLive = (
  lines: Iterable<RecordLine>,
  each: (shown: Shown, atOnce: () => Shown) => void = () => {},
): Replayed => {
  const run = new LiveFold(CHARTED, null);
  const messages = new LiveMessages(run, { number: 1, of: 1 });
  const full = (): RunData => runDataOf(received(messages.full()));
  let data = full();
  let [fulls, ticks] = [1, 0];
  for (const line of lines) {
    if (!run.add(line)) continue;
    const message = messages.next();
    if (message === null) {
      data = full();
      fulls++;
    } else {
      addTick(data, received(message));
      ticks++;
    }
    each(shownOf(data.page), () => shownOf(full().page));
  }
  return { shown: shownOf(data.page), fulls, ticks };
};

/** Charts of the lines so far as a report shows them, without the limits of thresholds. */
export const reportCharts = (lines: Iterable<RecordLine>): Shown => {
  const fold = createHistory(CHARTED);
  for (const line of lines) fold.add(line);
  const history = fold.interim();
  return shownOf({
    step: history.stepMs / 1_000,
    points: history.steps,
    charts: chartsOf(layoutOf(history), history, []),
  });
};
