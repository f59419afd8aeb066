import type { AnnouncedPaths } from '@livekit-swarm/livekit';
import type { PathCheck } from '@livekit-swarm/probe';
import type { CheckResult } from '../../src/check.ts';
import type { NodeFacts } from '../../src/facts/facts.ts';

/** Outcome or severity: `passed`, `error`, `warning`, `unknown` or `skipped`. */
export const outcomeOf = (result: CheckResult): string =>
  result.outcome === 'found' ? result.severity : result.outcome;

export const SERVER = 'https://livekit.example.com';
export const NOW = Date.UTC(2026, 0, 15, 12);

export const announced: AnnouncedPaths = {
  ...{ node: 'ND_one', serverVersion: '1.13.4', candidates: [], turnUrls: [], turnServers: [] },
};
export const failing = (reason: string) => ({ reason, message: 'no', retryable: false });
export const node = (joined: NodeFacts['joined']): NodeFacts => ({ name: 'node-1', joined });

/** Checked path with an outcome. */
export const pathWith = (outcome: PathCheck['outcome']): PathCheck => ({
  ...{ path: 'turn-udp', node: null, nodeId: null, outcome, announced: [], addressFamily: null },
  ...{ joinTimeMs: null, allocationTimeMs: null, packetLoss: null, latencyMs: null },
  ...{ addedLatencyMs: null, reason: null, message: null, hint: null },
});

/** Checked path of a way and a node. */
export const pathAt = (
  given: PathCheck['path'],
  outcome: PathCheck['outcome'],
  node: string | null = null,
  reason: string | null = null,
): PathCheck => ({ ...pathWith(outcome), path: given, node, reason });
