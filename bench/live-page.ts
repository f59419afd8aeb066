/**
 * `node bench/live-page.ts [--participants 10000] [--seconds 30] [--browser PATH]`: CPU of the live
 * page in the coordinator of a run, without and with a browser, and duration of the page's frames.
 * The page, its server and Chromium are real; the record is invented, and its lines arrive once a
 * second, like those of a run. The table of docs/live-page.md.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createSummary } from '@livekit-swarm/analysis';
import { openLivePage } from '@livekit-swarm/live';
import { COORDINATOR_SHARD, type RecordLine } from '@livekit-swarm/record';
import { findChromium, launchChromium, NO_CHROMIUM } from '@livekit-swarm/testkit/chromium';
import { generatorOf } from '@livekit-swarm/testkit/record-of';
import { bigRun } from '../packages/report/test/support/big-record.ts';

/** Time before the measurement, s: the charts have as many points. */
const HISTORY_S = 600;
const ROOM = 4;
const SHARDS = 8;
/**
 * Share of participants that lose their connection and resume in each second of the measurement.
 */
const LOST_PER_SECOND = 0.001;

const { values } = parseArgs({
  options: {
    participants: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '30' },
    browser: { type: 'string' },
  },
});
const participants = Number(values.participants);
const seconds = Number(values.seconds);

/** Lines of each second, in order. */
const linesBySecond = (): RecordLine[][] => {
  const bySecond: RecordLine[][] = Array.from({ length: HISTORY_S + seconds }, () => []);
  const all = bigRun({
    rooms: participants / ROOM,
    people: ROOM,
    // The measurement ends before the participants leave.
    seconds: (HISTORY_S + seconds) * 2,
    shards: SHARDS,
  });
  for (const line of all) {
    const second = 'at' in line ? Math.max(0, Math.ceil(line.at / 1_000) - 1) : 0;
    if (second >= HISTORY_S + seconds) {
      if (second > HISTORY_S + seconds + 1) break;
      continue;
    }
    bySecond[second]?.push(line);
  }
  for (const [second, lines] of bySecond.entries()) {
    if (second >= HISTORY_S) lines.push(...lostConnections(second));
    lines.push({
      type: 'sample',
      at: (second + 1) * 1_000 + 150,
      shard: COORDINATOR_SHARD,
      intervalMs: 1_000,
      connected: 0,
      series: [],
      generator: generatorOf(),
    });
  }
  return bySecond;
};

const lostConnections = (second: number): RecordLine[] => {
  const count = Math.round(participants * LOST_PER_SECOND);
  return Array.from({ length: count }, (_, one) => (second * count + one) % participants).flatMap(
    (one): RecordLine[] => {
      const room = Math.floor(one / ROOM);
      const about = {
        identity: `k3x9-${room + 1}-p${(one % ROOM) + 1}`,
        room: `swarm-k3x9-${room + 1}`,
        group: 'load',
        role: 'publisher',
        shard: room % SHARDS,
      };
      const at = second * 1_000 + 100;
      return [
        { type: 'event', at, event: 'signal_lost', ...about },
        { type: 'event', at: at + 800, event: 'resumed', ...about, durationMs: 800 },
      ];
    },
  );
};

/**
 * CPU while `feed` receives the lines of the measurement, once a second, cores.
 * @param ready called when `feed` has received the earlier lines
 */
const cores = async (
  bySecond: RecordLine[][],
  feed: (line: RecordLine) => void,
  ready: () => Promise<void> = async () => {},
): Promise<number> => {
  for (const lines of bySecond.slice(0, HISTORY_S)) for (const line of lines) feed(line);
  await ready();
  await sleep(3_000);
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for (const [index, lines] of bySecond.slice(HISTORY_S).entries()) {
    await sleep(Math.max(0, startedAt + (index + 1) * 1_000 - performance.now()));
    for (const line of lines) feed(line);
  }
  await sleep(500);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / (performance.now() - startedAt);
};

/** Script that collects the times of all frames, and of those with new data. */
const WATCH_FRAMES = `
globalThis.frames = [];
globalThis.updates = [];
let last = performance.now();
let changed = false;
new MutationObserver(() => { changed = true; }).observe(document.getElementById('elapsed'), { childList: true, characterData: true, subtree: true });
const frame = () => {
  const now = performance.now();
  globalThis.frames.push(now - last);
  if (changed) globalThis.updates.push(now - last);
  changed = false;
  last = now;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);`;

const quantile = (all: readonly number[], q: number): number =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * q))] ?? Number.NaN;

/** Measures `page`, together with the summary that a run computes in any case. */
const withPage = async (bySecond: RecordLine[][], executable: string | null) => {
  const page = await openLivePage({ port: 0, onError: (message) => console.error(message) });
  const summary = createSummary();
  const tap = page.begin({ number: 1, of: 1 });
  tap.observe(summary.interim);
  await using chromium = executable === null ? null : await launchChromium(executable);
  const tab = (await chromium?.browser.newPage()) ?? null;
  try {
    const feed = (line: RecordLine): void => {
      summary.add(line);
      tap.add(line);
    };
    const used = await cores(bySecond, feed, async () => {
      await tab?.setViewport({ width: 1_440, height: 900 });
      await tab?.goto(page.url);
      await tab?.evaluate(WATCH_FRAMES);
    });
    const [frames, updates] = ((await tab?.evaluate('[globalThis.frames, globalThis.updates]')) ??
      []) as number[][];
    return { used, frames: frames ?? [], updates: updates ?? [] };
  } finally {
    await page.close();
  }
};

const executable = values.browser ?? findChromium();
if (executable === null) throw new Error(NO_CHROMIUM);
const bySecond = linesBySecond();
const summary = createSummary();
// The first pass compiles code, and does not count.
await cores(bySecond, createSummary().add);
const floor = await cores(bySecond, summary.add);
const alone = await withPage(bySecond, null);
const open = await withPage(bySecond, executable);
const percent = (share: number): string => `${(share * 100).toFixed(2)} % of a core`;
console.log(`${participants} participants, ${HISTORY_S} points, ${seconds} s each`);
console.log(`run without a page:      ${percent(floor)}`);
console.log(`page, no browser:      + ${percent(alone.used - floor)}`);
console.log(`page, one browser:     + ${percent(open.used - floor)}`);
for (const [name, all] of [
  ['all frames', open.frames],
  ['frames with new figures', open.updates],
] as const)
  console.log(
    `${name} (${all.length}): p50 ${quantile(all, 0.5).toFixed(1)} ms, p95 ${quantile(all, 0.95).toFixed(1)} ms, max ${Math.max(...all).toFixed(1)} ms`,
  );
