/**
 * `node scripts/run.mjs --no-engine scripts/pictures/slo-month.ts`: takes the picture of the SLO
 * dashboard. Objectives cover a month, longer than any test deployment runs: a Prometheus gets
 * thirty days of recordings, with a busier hour each day and two incidents.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startPrometheus } from '@livekit-swarm/testkit/prometheus-server';
import { BURN_WINDOWS } from '../../packages/mixin/src/recordings.ts';
import { SLO_WINDOW_MS } from '../../packages/mixin/src/slo.ts';
import { durationMs } from '../../packages/mixin/test/support/scale-rules.ts';

const DAY_MS = 86_400_000;
const DAYS = 30;

const to = Math.floor(Date.now() / SLO_WINDOW_MS) * SLO_WINDOW_MS;
const from = to - DAYS * DAY_MS;

/** Incidents: a node lost packets for two hours; the load balancer was down for half an hour. */
const INCIDENTS = [
  { at: from + 9.4 * DAY_MS, lastsMs: 2 * 3_600_000, joins: 0.03, probes: 0, media: 0.4 },
  { at: from + 21.6 * DAY_MS, lastsMs: 1_800_000, joins: 0.5, probes: 1, media: 0 },
];
/** Shares of bad units at all other times. */
const ALWAYS = { joins: 0.002, probes: 0, media: 0.001 };

const badAt = (time: number) =>
  INCIDENTS.find(({ at, lastsMs }) => time >= at && time < at + lastsMs) ?? ALWAYS;
/** Number of participants: few at night, most in the afternoon. */
const usersAt = (time: number): number => {
  const hour = (time % DAY_MS) / 3_600_000;
  return Math.round(40 + 260 * Math.max(0, Math.sin(((hour - 7) / 14) * Math.PI)));
};

const JOB = 'cluster="eu",job="livekit"';
const TARGET = 'cluster="eu",target="prod"';
const EXPORTER = 'cluster="eu",job="swarm-exporter"';
const SERIES: readonly [name: string, labels: string, at: (time: number) => number][] = [
  ['job:livekit_joins_begun:increase5m', JOB, (time) => usersAt(time) / 3],
  [
    'job:livekit_joins_without_media:delta5m',
    JOB,
    (time) => (usersAt(time) / 3) * badAt(time).joins,
  ],
  ['target:livekit_swarm_probe_runs:increase5m', TARGET, () => 20],
  ['target:livekit_swarm_probe_failures:increase5m', TARGET, (time) => 20 * badAt(time).probes],
  ['job:livekit_participants:avg5m', JOB, usersAt],
  ['job:livekit_participants_impaired:avg5m', JOB, (time) => usersAt(time) * badAt(time).media],
  ['job:livekit_swarm_client_reports:increase5m', EXPORTER, (time) => usersAt(time) * 5],
  [
    'job:livekit_swarm_client_poor_reports:increase5m',
    EXPORTER,
    (time) => usersAt(time) * 5 * (badAt(time).media / 2 + 0.002),
  ],
  ...BURN_WINDOWS.map((window): [string, string, (time: number) => number] => [
    `job:livekit_join_errors:ratio_rate${window}`,
    JOB,
    (time) => meanOf(time, durationMs(window)),
  ]),
];

/** Mean share of failed joins over the window that ends at `time`. */
const meanOf = (time: number, ms: number): number => {
  let [failed, begun] = [0, 0];
  for (let at = time - ms + SLO_WINDOW_MS; at <= time; at += SLO_WINDOW_MS) {
    begun += usersAt(at);
    failed += usersAt(at) * badAt(at).joins;
  }
  return failed / begun;
};

const lines = SERIES.flatMap(([name, labels, at]) => {
  const family = [`# TYPE ${name} gauge`];
  for (let time = from; time <= to; time += SLO_WINDOW_MS)
    family.push(`${name}{${labels}} ${at(time)} ${time / 1_000}`);
  return family;
});

await using prometheus = await startPrometheus(`${lines.join('\n')}\n# EOF\n`);
execFileSync(
  process.execPath,
  [
    join(import.meta.dirname, 'command.ts'),
    ...['slo', '--prometheus', prometheus.url, '--scrape-interval', '5m'],
    ...['--from', new Date(from).toISOString(), '--to', new Date(to).toISOString()],
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
