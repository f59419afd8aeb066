import type { PathCheck } from '@livekit-swarm/probe';
import type { TableData } from '../text-layout.ts';

export const PATH_OUTCOMES = {
  works: 'works',
  failed: 'failed',
  not_offered: 'not offered',
} as const satisfies Record<PathCheck['outcome'], string>;

/** A row for each path to each node. */
export const pathTable = (checks: readonly PathCheck[]): TableData => ({
  head: ['node', 'path', 'result', 'join', 'loss up/down', 'latency', 'added latency'],
  rows: checks.map(cellsOf),
  left: [0, 1, 2],
});

const cellsOf = (check: PathCheck): string[] => [
  check.node ?? check.nodeId ?? '–',
  `${check.path}${check.addressFamily === null ? '' : ` (IPv${check.addressFamily})`}`,
  `${PATH_OUTCOMES[check.outcome]}${check.reason === null ? '' : ` (${check.reason})`}`,
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

/** A path that does not work, and what helps. */
export interface PathAdvice {
  text: string;
  hint: string;
}

export const pathAdvice = (checks: readonly PathCheck[]): PathAdvice[] =>
  checks.flatMap(({ path, node, outcome, message, hint }) =>
    hint === null
      ? []
      : [
          {
            text: `${path}${node === null ? '' : ` to ${node}`}: ${outcome === 'failed' ? (message ?? PATH_OUTCOMES.failed) : PATH_OUTCOMES.not_offered}`,
            hint,
          },
        ],
  );
