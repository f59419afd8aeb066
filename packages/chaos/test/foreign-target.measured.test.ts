/** Tests two labs: the participants are in one, the drill targets the other. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import { connectRegistry } from '@livekit-swarm/livekit';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DrillFault } from '../src/drill/drill.ts';
import { userDeployment } from '../src/execute/deployment.ts';
import { executeDrill } from '../src/execute/execute-drill.ts';
import { matchTarget, readTargetFacts } from '../src/execute/match-target.ts';
import { openRooms } from '../src/execute/preconditions.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { processState } from '../src/targets/process/inspect.ts';
import { openLabPlatform } from '../src/targets/process.ts';
import { drillOf, faultOf } from './support/drill-of.ts';

const unavailable = await skipWithout('redis', 'haproxy');

let dir: string;
let observed: Cluster;
let foreign: Cluster;
beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-foreign-'));
  const start = (name: string) =>
    startCluster({ dir: join(dir, name), nodes: 2, with: ['redis', 'haproxy'] });
  observed = await start('observed');
  foreign = await start('foreign');
});
afterAll(async () => {
  await observed?.stop();
  await foreign?.stop();
  await rm(dir, { recursive: true, force: true });
});

const TARGETS: DrillFault['target'][] = [
  { role: 'room-node' },
  { role: 'other-node' },
  { role: 'nodes', share: 0.5 },
  { role: 'component', name: 'node-1' },
  { role: 'component', name: 'redis' },
  { role: 'redis' },
  { role: 'load-balancer' },
];

/** Nodes of the observed lab that hold rooms, from its Redis. */
const nodesOfRooms = async (): Promise<ReadonlySet<string>> => {
  await openRooms(observed, ['a', 'b', 'c']);
  const registry = connectRegistry(observed.redisUrl ?? '');
  try {
    return new Set((await registry.look()).rooms.values());
  } finally {
    registry.close();
  }
};

test('each target of the other lab is a mismatch, and each of its own is proven', async () => {
  const roomNodes = await nodesOfRooms();
  expect(roomNodes.size).toBeGreaterThan(0);
  for (const target of TARGETS) {
    const doubtOn = async (lab: Cluster) => {
      const deployment = userDeployment(openLabPlatform(lab), 'mine', observed);
      const facts = await readTargetFacts({ ...deployment, redisUrl: null }, [target]);
      return matchTarget({ ...facts, roomNodes });
    };
    expect(await doubtOn(foreign), JSON.stringify(target)).toMatchObject({
      code: 'target_mismatch',
      roomNodes: [...roomNodes].sort(),
    });
    expect(await doubtOn(observed), JSON.stringify(target)).toBeNull();
  }
  // A component alone is compared by the URL of the participants.
  const facts = await readTargetFacts(
    { ...userDeployment(openLabPlatform(foreign), 'mine', observed), redisUrl: null },
    [{ role: 'load-balancer' }],
  );
  expect(facts.serves).toEqual(new Map([['haproxy', false]]));
  expect(facts.redisNodes.get('redis')?.size).toBe(2);
});

test('the drill is void, and nothing is injected', { timeout: 120_000 }, async () => {
  const drill = drillOf({
    load: {
      rooms: 2,
      participants: 2,
      publish: ['audio'],
      joinRate: 10,
      reconnectPolicy: 'app',
      path: 'direct',
    },
    steadyState: { withinMs: 5_000, forMs: 1_000, atMs: null },
    recoveryMs: 5_000,
    faults: [
      faultOf({ fault: 'kill', target: { role: 'other-node' }, durationMs: null }),
      faultOf({ fault: 'redis-kill', target: { role: 'redis' }, durationMs: 5_000 }),
    ],
    abort: { controlGroupInterrupted: 0.5, interrupted: 0.5, forMs: 10_000 },
  });
  const pids = () =>
    Promise.all(['node-1', 'node-2', 'redis'].map((name) => foreign.service(name).pid ?? 0));
  const before = await pids();
  const journal = openJournal(join(dir, 'journal'));
  const result = await executeDrill({
    guard: ownServerGuard(),
    drill,
    deploy: async () => userDeployment(openLabPlatform(foreign), 'mine', observed),
    save: () => {},
    faults: FAULTS,
    journal: {
      ...journal,
      write: () => {
        throw new Error('a fault was about to be injected');
      },
    },
    confirmedTarget: 'mine',
    // A mismatch is certain, so this option does not permit the injection.
    allowUnprovenTarget: true,
    expiryMarginMs: 60_000,
    withoutExpiry: false,
    dir: join(dir, 'drill'),
    newRunName: () => 'foreign',
    staff: () => ({ workers: 1, threads: 1 }),
    version: '0.0.0',
    stop: new AbortController().signal,
  });
  expect(result.verdict).toBe('void');
  expect(result.repeats).toHaveLength(1);
  expect(result.repeats[0]?.reasons).toMatchObject([{ code: 'target_mismatch', kind: 'node' }]);
  expect(result.repeats[0]?.recovery.faults).toEqual([]);
  expect(await readdir(dir)).not.toContain('journal');
  expect(await pids()).toEqual(before);
  expect(before.map((pid) => processState(pid))).not.toContain(null);
});
