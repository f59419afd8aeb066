import { describe, expect, it, vi } from 'vitest';
import type { HelperReply } from '../../../pod-helper/protocol.ts';
import type { Component, NetworkFaultController, PodFaultController } from '../../platform.ts';
import { type Pod, readPod } from '../pods.ts';
import type { HelperConnection, HelperQuestion } from './helper-connection.ts';
import { helperFaults } from './helper-faults.ts';
import { helperJob } from './helper-job.ts';
import type { Helpers } from './helpers.ts';

const SETTINGS = { image: 'registry.example.com/helper:1', namespace: 'helpers' };

const podOf = (name: string, hostNetwork: boolean, host: string, port = 6_379): Pod =>
  readPod(
    {
      metadata: { name, uid: name },
      spec: {
        hostNetwork,
        nodeName: host,
        containers: [{ name: 'a', ports: [{ containerPort: port }] }],
      },
      status: {
        containerStatuses: [
          {
            ...{ name: 'a', image: '', imageID: '', ready: true, restartCount: 0 },
            containerID: `containerd://${name}`,
            state: { running: {} },
          },
        ],
      },
    },
    name.startsWith('redis') ? 'redis' : 'node',
  );
const component = (name: string): Component => ({
  name,
  kind: 'node',
  nodeId: null,
  instance: null,
  ports: null,
});

const mesh = () => ({
  network: {
    missingCapability: vi.fn<NetworkFaultController['missingCapability']>(async () => 'mesh'),
    request: vi.fn<NetworkFaultController['request']>(async () => {}),
    missing: vi.fn<NetworkFaultController['missing']>(async () => 'chaos_object_missing'),
    withdraw: vi.fn<NetworkFaultController['withdraw']>(async () => {}),
  },
  pods: {
    missingCapability: vi.fn<PodFaultController['missingCapability']>(async () => 'mesh'),
    request: vi.fn<PodFaultController['request']>(async () => {}),
    missing: vi.fn<PodFaultController['missing']>(async () => 'chaos_object_missing'),
    withdraw: vi.fn<PodFaultController['withdraw']>(async () => {}),
  },
});

const withHelpers = (replies: Partial<HelperReply> | null) => {
  const asked: HelperQuestion[] = [];
  const undone: string[] = [];
  const helper: HelperConnection = {
    host: 'm1',
    ask: async (question) => {
      asked.push(question);
      return { reply: '1', protocol: 1, why: null, found: null, ...replies };
    },
    close: () => {},
  };
  const started: string[][] = [];
  const helpers: Helpers = {
    manifests: (hosts, lifetimeMs) =>
      hosts.map((host) => helperJob(SETTINGS, { name: 'h', host, of: 'livekit', lifetimeMs })),
    missingPermission: async () => 'no permission',
    start: async (hosts) => {
      started.push([...hosts]);
      return { [Symbol.asyncDispose]: async () => {} };
    },
    on: (host) => (replies !== null && host === 'm1' ? helper : null),
    undo: async (id) => void undone.push(id),
  };
  const others = mesh();
  const pods = [
    podOf('livekit-0', true, 'm1'),
    podOf('livekit-1', false, 'm1'),
    podOf('livekit-2', true, 'm2'),
    podOf('redis-0', false, 'm2', 6_380),
  ];
  const faults = helperFaults({ ...others, helpers, look: async () => pods });
  return { faults, others, asked, undone, started };
};

const LOSS = { protocol: 'udp', direction: 'both', loss: 0.2 } as const;
const TARGET = { pod: 'livekit-0', containerId: 'containerd://livekit-0' };

describe('faults by helpers', () => {
  it('are asked of the helper on the Kubernetes node of the pod', async () => {
    const { faults, asked, undone, others } = withHelpers({});
    const node = component('livekit-0');
    expect(await faults.network.missingCapability(node, LOSS)).toBeNull();
    await faults.network.request(node, 'abcd1234', LOSS, 64_500);
    expect(await faults.network.missing(node, 'abcd1234')).toBeNull();
    await faults.network.withdraw(node, 'abcd1234');
    const fault = { type: 'network', ...LOSS, peerPorts: null };
    expect(asked).toEqual([
      { op: 'check', target: TARGET, fault },
      { op: 'inject', id: 'abcd1234', target: TARGET, fault, seconds: 65 },
      { op: 'find', id: 'abcd1234', pod: 'livekit-0' },
    ]);
    expect(undone).toEqual(['abcd1234']);
    expect(others.network.withdraw).not.toHaveBeenCalled();
  });

  it('of Redis alone have the ports of its pods', async () => {
    const { faults, asked } = withHelpers({});
    const partition = { protocol: 'both', direction: 'both', onlyRedis: true } as const;
    await faults.network.request(component('livekit-0'), 'abcd1234', partition, null);
    expect(asked[0]).toMatchObject({
      fault: { type: 'network', loss: 1, peerPorts: [6_380] },
      seconds: 3_600,
    });
  });

  it('of the processes act on every pod, those of its own network are left to Chaos Mesh', async () => {
    const { faults, asked, others } = withHelpers({});
    const node = component('livekit-1');
    expect(await faults.network.missingCapability(node, LOSS)).toBe('mesh');
    await faults.pods.request(node, 'abcd1234', { type: 'hang' }, null);
    await faults.pods.request(component('redis-0'), 'abcd1234', { type: 'down' }, null);
    expect(asked).toMatchObject([{ op: 'inject', fault: { type: 'hang' } }]);
    expect(others.pods.request).toHaveBeenCalledOnce();
  });

  it('are refused with the reason of the helper, or of the cluster before the drill', async () => {
    const refused = withHelpers({ why: 'the image of the helper has no nft' });
    const node = component('livekit-0');
    expect(await refused.faults.network.missingCapability(node, LOSS)).toMatch(/no nft/);
    await expect(
      refused.faults.pods.request(node, 'abcd1234', { type: 'hang' }, null),
    ).rejects.toMatchObject({
      code: 'fault_unavailable',
      message: 'livekit-0: the image of the helper has no nft',
    });
    const before = withHelpers(null);
    expect(await before.faults.network.missingCapability(node, LOSS)).toBe('no permission');
    expect(await before.faults.network.missing(node, 'abcd1234')).toBe('helper_missing');
    await expect(
      withHelpers({}).faults.network.request(component('livekit-2'), 'abcd1234', LOSS, null),
    ).rejects.toMatchObject({ message: expect.stringContaining('no helper runs on m2') });
  });

  it('need one helper on each Kubernetes node', async () => {
    const { faults, started } = withHelpers({});
    const all = ['livekit-0', 'livekit-1', 'livekit-2'].map(component);
    await faults.helpers.start(all, 60_000);
    await faults.helpers.start(all.slice(0, 2), 60_000);
    expect(started).toEqual([['m1', 'm2'], ['m1']]);
  });
});

describe('the job of a helper', () => {
  const job = helperJob(SETTINGS, { name: 'h', host: 'm1', of: 'livekit', lifetimeMs: 90_000 });
  const pod = job.spec?.template.spec;

  it('ends without the drill, and runs again after a failure', () => {
    expect(job.spec).toMatchObject({ activeDeadlineSeconds: 150, ttlSecondsAfterFinished: 0 });
    expect(pod?.restartPolicy).toBe('OnFailure');
    expect(pod?.containers[0]?.args).toEqual([
      ...['chaos', 'helper', '--effects', '/host/run/livekit-swarm-h.json'],
      ...['--heartbeat-timeout', '20s', '--lifetime', '90s'],
    ]);
  });

  it('is privileged on one Kubernetes node, without a token of the cluster', () => {
    expect(pod).toMatchObject({
      ...{ nodeName: 'm1', hostNetwork: true, hostPID: true, automountServiceAccountToken: false },
      containers: [{ image: SETTINGS.image, securityContext: { privileged: true } }],
    });
    expect(job.metadata).toMatchObject({
      namespace: 'helpers',
      labels: { 'livekit-swarm/helper-of': 'livekit' },
    });
  });
});
