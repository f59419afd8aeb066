import { describe, expect, it } from 'vitest';
import type { NetworkFault } from '../platform.ts';
import { readState } from './chaos-object.ts';
import { networkChaos, whyUnsupported } from './network-chaos.ts';

const ORDER = {
  namespace: 'livekit',
  selectors: { redis: 'app.kubernetes.io/name=redis, tier = data' },
};
const SENT = { protocol: 'both', direction: 'out' } as const;
const objectOf = (fault: NetworkFault, expiresAfterMs: number | null = 70_000) =>
  networkChaos('swarm-abcd1234-livekit-0', { name: 'livekit-0' }, fault, expiresAfterMs, ORDER) as {
    spec: Record<string, unknown>;
  };

describe('the Chaos Mesh object', () => {
  it('selects one pod, and expires some time after its scheduled rollback', () => {
    expect(objectOf({ ...SENT, loss: 0.001 })).toEqual({
      apiVersion: 'chaos-mesh.org/v1alpha1',
      kind: 'NetworkChaos',
      metadata: {
        name: 'swarm-abcd1234-livekit-0',
        namespace: 'livekit',
        labels: { 'app.kubernetes.io/managed-by': 'livekit-swarm' },
      },
      spec: {
        action: 'netem',
        mode: 'all',
        direction: 'to',
        selector: { pods: { livekit: ['livekit-0'] } },
        duration: '70s',
        loss: { loss: '0.1', correlation: '0' },
      },
    });
    expect(objectOf({ ...SENT, loss: 1 }, null).spec.duration).toBe('3600s');
  });

  it('partitions a node from Redis by its labels', () => {
    expect(objectOf({ protocol: 'both', direction: 'both', onlyRedis: true }).spec).toMatchObject({
      action: 'partition',
      direction: 'both',
      target: {
        mode: 'all',
        selector: {
          namespaces: ['livekit'],
          labelSelectors: { 'app.kubernetes.io/name': 'redis', tier: 'data' },
        },
      },
    });
  });

  it('has a queue of the given length, and room for a whole packet', () => {
    expect(objectOf({ ...SENT, rateBps: 1_000_000, queueMs: 100 }).spec).toMatchObject({
      action: 'bandwidth',
      bandwidth: { rate: '1000000bit', limit: 12_500, buffer: 10_000 },
    });
    expect(objectOf({ ...SENT, rateBps: 100_000_000 }).spec.bandwidth).toMatchObject({
      limit: 2_500_000,
      buffer: 125_000,
    });
  });
});

describe('a fault that Chaos Mesh cannot cause', () => {
  it.each<[NetworkFault, RegExp]>([
    [{ protocol: 'udp', direction: 'out', loss: 0.1 }, /protocol: both/],
    [{ protocol: 'both', direction: 'in', loss: 0.1 }, /direction: out/],
    [{ ...SENT, loss: 0.1, burst: 4 }, /in bursts/],
    [{ ...SENT, rateBps: 1_000, shared: false }, /not each participant/],
  ])('%o', (fault, why) => {
    expect(whyUnsupported(fault, ORDER)).toMatch(why);
  });

  it('is one whose Redis selector has more than plain labels: more pods would be affected', () => {
    const cut: NetworkFault = { protocol: 'both', direction: 'both', onlyRedis: true };
    expect(whyUnsupported(cut, ORDER)).toBeNull();
    expect(whyUnsupported(cut, { selectors: {} })).toMatch(
      /label selector of the Redis pods is not known/,
    );
    for (const redis of ['app in (redis, valkey)', 'app=redis,tier!=web', '']) {
      expect(whyUnsupported(cut, { selectors: { redis } }), redis).toMatch(/by labels such as/);
    }
  });
});

describe('the state of the object', () => {
  it('is read from the status', () => {
    const events = [
      { type: 'Failed', message: 'first' },
      { type: 'Failed', message: 'last' },
    ];
    expect(
      readState({ status: { conditions: [{ type: 'AllInjected', status: 'True' }] } }),
    ).toEqual({
      injected: true,
      failure: null,
    });
    expect(readState({ status: { experiment: { containerRecords: [{ events }] } } })).toEqual({
      injected: false,
      failure: 'last',
    });
  });

  it.each([
    null,
    {},
    { status: null },
    { status: { conditions: 'x', experiment: { containerRecords: [{}, { events: 3 }] } } },
  ])('%o has no state yet', (object) => {
    expect(readState(object)).toEqual({ injected: false, failure: null });
  });
});
