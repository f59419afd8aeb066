/**
 * Serves the targets of a simulated day to a real Prometheus: their series, their failures to
 * answer, and their discovery.
 */
import { rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseExposition } from '@livekit-swarm/testkit/exposition';
import type { Labels } from '../../../src/config/names.ts';
import { listenOnLoopback } from '../loopback-server.ts';
import type { TargetLabels } from './labels.ts';
import { seriesOfDay } from './series-of-day.ts';
import type { World } from './world.ts';
import type { InputSeries, Span } from './write-series.ts';

export interface ServedDay {
  /** File for `file_sd_configs`. */
  discoveryFile: string;
  /** Starts the first minute. */
  begin(): void;
  /** Minute of the day, by the clock. */
  minute(): number;
  close(): Promise<void>;
}

interface ServeOptions {
  labels: TargetLabels;
  world: World;
  span: Span;
  /** Real time per minute of the day, ms. */
  minuteMs: number;
  dir: string;
}

interface Target {
  labels: Labels;
  /** State by minute: true for up; null: the target is not discovered. */
  up: readonly (boolean | null)[];
  series: readonly { name: string; values: readonly (number | null)[] }[];
  /** Minute of its last scrape; null: none yet. */
  last: number | null;
}

export const serveDay = async (options: ServeOptions): Promise<ServedDay> => {
  const { labels, world, span, minuteMs, dir } = options;
  const targets = targetsOf(labels, seriesOfDay(labels, world, span));
  const length = span.to - span.from;
  let startedAt = Number.NaN;
  const minute = (): number =>
    Number.isNaN(startedAt)
      ? 0
      : Math.min(length - 1, Math.floor((Date.now() - startedAt) / minuteMs));

  const server = createServer((request, response) => {
    const target = targets[Number(request.url?.split('/')[1])];
    if (target === undefined) return response.writeHead(404).end();
    // Each scrape shows the next minute, so that an early or late scrape repeats none and skips
    // none.
    const now = minute();
    const next = target.last === null ? now : target.last + 1;
    target.last = Math.min(Math.max(next, now - 1), now + 1, length - 1);
    const shown = minuteToShow(target, target.last);
    if (target.up[shown] === false) return response.writeHead(503).end();
    return response
      .writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      .end(exposition(target, shown, startedAt));
  });
  const { address, close } = await listenOnLoopback(server);

  const discoveryFile = join(dir, 'targets.json');
  let written = '';
  const discover = async (): Promise<void> => {
    const found = targets.flatMap((target, index) =>
      target.up[minute()] === null
        ? []
        : [
            {
              targets: [address],
              labels: { ...target.labels, __metrics_path__: `/${index}/metrics` },
            },
          ],
    );
    const text = JSON.stringify(found);
    if (text === written) return;
    written = text;
    // Renamed in one step, so that Prometheus never reads a partial file.
    await writeFile(`${discoveryFile}.new`, text);
    await rename(`${discoveryFile}.new`, discoveryFile);
  };
  await discover();
  const timer = setInterval(discover, minuteMs);
  return {
    discoveryFile,
    begin: () => {
      startedAt = Date.now();
      for (const target of targets) target.last = null;
    },
    minute,
    close: async () => {
      clearInterval(timer);
      await close();
    },
  };
};

/**
 * Minute that a target shows. Prometheus needs seconds to discover a new Pod; until then the old
 * one answers, as in a roll-out with surge.
 */
const minuteToShow = ({ up }: Target, minute: number): number => {
  if (up[minute] !== null) return minute;
  const before = up.findLastIndex((value, index) => index <= minute && value === true);
  return before === -1 ? up.indexOf(true) : before;
};

/** Metric in seconds of the simulated day, which rules compare with the clock of Prometheus. */
const EXPIRY = 'probe_ssl_earliest_cert_expiry';

const exposition = ({ series }: Target, minute: number, startedAt: number): string =>
  series
    .flatMap(({ name, values }) => {
      const value = values[minute] ?? null;
      if (value === null) return [];
      return [`${name} ${name.startsWith(EXPIRY) ? value + startedAt / 1_000 : value}\n`];
    })
    .join('');

/**
 * Groups series by the target whose labels they have, and removes the labels that Prometheus adds.
 */
const targetsOf = (labels: TargetLabels, all: readonly InputSeries[]): Target[] => {
  const texts = all.map(({ series }) => `${series} 0\n`).join('');
  const series = parseExposition(texts).map(({ name, labels: of }, index) => ({
    metric: name,
    labels: of,
    values: (all[index]?.values ?? '')
      .split(' ')
      .map((value) => (value === '_' || value === 'stale' ? null : Number(value))),
  }));
  const has = (of: Labels, wanted: Labels): boolean =>
    Object.entries(wanted).every(([name, value]) => of[name] === value);
  const targets = series
    .filter(({ metric }) => metric === 'up')
    .map((up): Target => {
      const own = series.filter((one) => one !== up && has(one.labels, up.labels));
      return {
        labels: up.labels,
        up: up.values.map((value) => (value === null ? null : value === 1)),
        series: own.map(({ metric, labels: of, values }) => ({
          name: `${metric}{${Object.entries(of)
            .filter(([name]) => !(name in up.labels))
            .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
            .join(',')}}`,
          values,
        })),
        last: null,
      };
    });
  const served = targets.reduce((sum, target) => sum + target.series.length + 1, 0);
  if (served !== series.length)
    throw new Error(`${series.length - served} series of ${labels.names.livekit} have no target`);
  return targets;
};
