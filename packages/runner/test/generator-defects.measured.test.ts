/** Whole runs against a real server whose load generator has a defect: inconclusive, with the cause. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HealthFinding, VerdictDecision } from '@livekit-swarm/analysis';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import { openRecord } from '@livekit-swarm/record';
import { expandPlan } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../src/run.ts';

let dir: string;
let cluster: Cluster;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-defects-'));
  cluster = await startCluster({ dir, nodes: 1 });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

const runWith = async (defect: string): Promise<VerdictDecision> => {
  const load = { rooms: 4, participants: 2, joinRate: 50, durationMs: 9_000 };
  const { decision } = await run({
    deployment: { ...cluster, embedded: false, serverVersion: null, exited: new Promise(() => {}) },
    run: defect,
    plan: expandPlan(scenarioOfLoad(load), defect),
    allocation: { workers: 2, threads: 1 },
    signalling: 'v1',
    record: openRecord(join(dir, defect)),
    version: '0.0.0',
    stop: new AbortController().signal,
    engineModule: new URL(`./support/defective-engine.ts?defect=${defect}`, import.meta.url).href,
  });
  return decision;
};

test.each<[string, HealthFinding]>([
  ['panic', { code: 'engine_error', value: 1, limit: 0 }],
  ['hang', { code: 'engine_stuck', value: 1, limit: 0 }],
])('a %s in the media engine makes the run inconclusive', async (defect, finding) => {
  const decision = await runWith(defect);
  expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
  expect(decision.health).toContainEqual(finding);
});
