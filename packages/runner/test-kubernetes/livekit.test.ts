import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';
import {
  deployLiveKit,
  type LiveKitDeployment,
} from '@livekit-swarm/testkit/kubernetes/deploy-livekit';
import { startKubernetes } from '@livekit-swarm/testkit/kubernetes/start-kubernetes';
import { runSmallLoad } from '@livekit-swarm/testkit/small-load';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../src/run.ts';

const overlay = fileURLToPath(new URL('../../../examples/kubernetes/lab', import.meta.url));
/** Names and keys as in lab/kustomization.yaml. */
const FIRST_PORT = 17_880;

let cluster: KubernetesCluster;
let livekit: LiveKitDeployment;
beforeAll(async () => {
  cluster = await startKubernetes({ folder: await mkdtemp(join(tmpdir(), 'swarm-k8s-')) });
  livekit = await deployLiveKit(cluster, { overlay });
});
afterAll(() => cluster?.stop());

/** Plan of two rooms whose participants join through one server. */
const runLoad = async (number: number): Promise<RunResult> =>
  runSmallLoad({
    name: `k8s${number}`,
    load: { rooms: 2, participants: 2, publish: ['audio'], durationMs: 5_000 },
    url: `ws://127.0.0.1:${FIRST_PORT + number}`,
    ...livekit,
    dir: await mkdtemp(join(tmpdir(), 'swarm-k8s-load-')),
    stop: new AbortController().signal,
  });

/**
 * Expects that subscribers received media. On a busy host, a run is inconclusive for its figures,
 * but not for that.
 */
const expectGood = ({ decision, summary }: RunResult): void => {
  expect(summary.joins).toMatchObject({ joined: 4, failed: 0, disconnected: 0 });
  expect(summary.tracks).toMatchObject({ expected: 4, received: 4, missing: 0 });
  expect(decision.verdict, JSON.stringify(decision.reasons)).not.toBe('failed');
};

const pod = async (name: string): Promise<{ uid: string; ready: boolean } | null> => {
  const text = await cluster.kubectl(['get', 'pods', '-n', livekit.namespace, '-o', 'json']);
  const { items } = JSON.parse(text) as {
    items: {
      metadata: { name: string; uid: string };
      status: { conditions?: { type: string; status: string }[] };
    }[];
  };
  const found = items.find(({ metadata }) => metadata.name === name);
  if (found === undefined) return null;
  const ready =
    found.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
    false;
  return { uid: found.metadata.uid, ready };
};

describe('LiveKit as in examples/kubernetes/lab', () => {
  test('runs three servers, each with ports of its own, and Redis', async () => {
    for (const name of ['livekit-0', 'livekit-1', 'livekit-2', 'redis-0'])
      expect(await pod(name)).toMatchObject({ ready: true });
    const metrics = [0, 1, 2].map((number) =>
      fetch(`http://127.0.0.1:${17_910 + number}/metrics`).then((answer) => answer.text()),
    );
    const ids = (await Promise.all(metrics)).map((text) => /node_id="([^"]+)"/.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(3);
  });

  test('the liveness probe of a server depends on its port only', async () => {
    const probes = await cluster.kubectl([
      'get',
      'pod/livekit-0',
      '-n',
      livekit.namespace,
      '-o',
      'jsonpath={.spec.containers[0].livenessProbe.exec.command[2]}',
    ]);
    await cluster.kubectl(['exec', 'livekit-1', '-n', livekit.namespace, '--', 'sh', '-c', probes]);
    const elsewhere = probes.replace('$LIVEKIT_PORT', '9');
    await expect(
      cluster.kubectl(['exec', 'livekit-1', '-n', livekit.namespace, '--', 'sh', '-c', elsewhere]),
    ).rejects.toThrow();
  });

  test('participants receive each other, whichever server they join through', async () => {
    for (const number of [0, 2]) {
      expectGood(await runLoad(number));
    }
  });

  test('a server whose pod is deleted is replaced on its node, and is available again', async () => {
    const before = await pod('livekit-1');
    await cluster.kubectl(['delete', 'pod/livekit-1', '-n', livekit.namespace, '--wait=false']);
    const started = performance.now();
    for (;;) {
      const now = await pod('livekit-1');
      if (now !== null && now.uid !== before?.uid && now.ready) break;
      expect(performance.now() - started).toBeLessThan(60_000);
      await sleep(200);
    }
    const rooms = new RoomServiceClient(
      `http://127.0.0.1:${FIRST_PORT + 1}`,
      livekit.apiKey,
      livekit.apiSecret,
    );
    expect(await rooms.listRooms()).toBeInstanceOf(Array);
    expectGood(await runLoad(1));
  });

  test('the account of drills can delete a server, but not read a Secret', async () => {
    await cluster.kubectl(['apply', '-f', join(overlay, '..', 'chaos-rbac.yaml')]);
    const kubeconfig = await cluster.kubeconfigOf(livekit.namespace, 'livekit-swarm-chaos');
    const as = (...args: string[]): Promise<string> =>
      cluster.kubectl([...args, '-n', livekit.namespace, `--kubeconfig=${kubeconfig}`]);
    await expect(as('get', 'secret', 'livekit')).rejects.toThrow(/[Ff]orbidden/);
    expect(await as('delete', 'pod/livekit-2', '--grace-period=1')).toContain('deleted');
  });
});
