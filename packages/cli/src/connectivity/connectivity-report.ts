import type { PathCheck } from '@livekit-swarm/probe';
import { junitDocument, type Style } from '@livekit-swarm/report';

export interface Connectivity {
  url: string;
  /** Whether the user named the paths: then each must work. */
  required: boolean;
  checks: readonly PathCheck[];
}

const SCHEMA = 'livekit-swarm/connectivity/1';

export const connectivityJson = ({ url, checks }: Connectivity): string =>
  `${JSON.stringify({ schema: SCHEMA, url, checks }, null, 2)}\n`;

const COLUMNS = ['NODE', 'PATH', 'RESULT', 'JOIN', 'LOSS UP/DOWN', 'LATENCY', 'BESIDE DIRECT'];

export const renderConnectivity = ({ url, checks }: Connectivity, style: Style): string => {
  const rows = [COLUMNS, ...checks.map(cellsOf)];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row, index) => {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    const outcome = checks[index - 1]?.outcome;
    if (outcome === 'works') return style.good(line);
    return outcome === 'failed' ? style.bad(line) : line;
  });
  const advice = checks.flatMap(({ path, node, outcome, message, hint }) => {
    if (hint === null) return [];
    const what = outcome === 'failed' ? (message ?? 'failed') : 'not offered';
    return [`  ${path}${node === null ? '' : ` to ${node}`}: ${what}\n    → ${hint}`];
  });
  const details = advice.length === 0 ? [] : ['', ...advice];
  return `${[`Connectivity of ${url}`, '', ...lines, ...details].join('\n')}\n`;
};

const RESULTS = {
  works: 'works',
  failed: 'failed',
  not_offered: 'not offered',
} as const satisfies Record<PathCheck['outcome'], string>;

const cellsOf = (check: PathCheck): string[] => [
  check.node ?? check.nodeId ?? '–',
  `${check.path}${check.addressFamily === null ? '' : ` (IPv${check.addressFamily})`}`,
  `${RESULTS[check.outcome]}${check.reason === null ? '' : ` (${check.reason})`}`,
  milliseconds(check.joinTimeMs),
  check.packetLoss === null
    ? '–'
    : `${percent(check.packetLoss.up)} / ${percent(check.packetLoss.down)}`,
  milliseconds(check.latencyMs),
  check.addedLatencyMs === null
    ? '–'
    : `${check.addedLatencyMs < 0 ? '−' : '+'}${milliseconds(Math.abs(check.addedLatencyMs))}`,
];

const milliseconds = (ms: number | null): string =>
  ms === null ? '–' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export const connectivityJunit = ({ url, required, checks }: Connectivity): string =>
  junitDocument([
    {
      name: 'connectivity',
      startedAt: null,
      properties: [['url', url]],
      cases: checks.map(({ path, node, outcome, reason, message, hint }) => ({
        name: node === null ? path : `${path} to ${node}`,
        seconds: 0,
        output: '',
        failed:
          outcome === 'works'
            ? null
            : {
                kind: outcome === 'failed' || required ? 'failure' : 'skipped',
                type: reason ?? outcome,
                message: message ?? RESULTS[outcome],
                text: hint ?? '',
              },
      })),
    },
  ]);
