import type { Target } from '@livekit-swarm/campaign';
import { describe, expect, test } from 'vitest';
import type { ServerMetricsFlags } from '../flags/server-metrics.ts';
import { readServerMetrics } from './server-metrics.ts';

const REMOTE: Target = { type: 'remote', url: 'wss://a.example', apiKey: 'k', apiSecret: 's' };
const EMBEDDED: Target = { type: 'embedded', server: null };

const read = (flags: ServerMetricsFlags, target: Target = REMOTE, typed = true) =>
  readServerMetrics(flags, target, (flag) => typed && flag in flags);

describe('where server metrics are', () => {
  test('is read from flags, nodes with a name of their own or without', () => {
    expect(
      read({
        serverMetrics: ['http://10.0.0.5:6789/metrics', 'eu-1=https://eu.example/metrics?x=1'],
        hostMetrics: ['http://10.0.0.5:9100/metrics', '10.0.0.6:6789=http://10.1.0.6:9100'],
        prometheus: 'https://user:secret@prom.example',
        prometheusSelector: '{job="livekit", cluster=~"eu.*"}',
        redis: 'rediss://:secret@10.0.0.5',
        serverPprof: ['http://10.0.0.5:7070', 'eu-1=https://eu.example/debug/pprof'],
        settle: '30s',
      }),
    ).toEqual({
      nodes: [
        { name: null, url: 'http://10.0.0.5:6789/metrics' },
        { name: 'eu-1', url: 'https://eu.example/metrics?x=1' },
      ],
      hosts: [
        { name: null, url: 'http://10.0.0.5:9100/metrics' },
        { name: '10.0.0.6:6789', url: 'http://10.1.0.6:9100' },
      ],
      prometheus: {
        url: 'https://user:secret@prom.example',
        selector: 'job="livekit", cluster=~"eu.*"',
      },
      redis: 'rediss://:secret@10.0.0.5',
      logs: [],
      profilers: [
        { node: '10.0.0.5:7070', url: 'http://10.0.0.5:7070' },
        { node: 'eu-1', url: 'https://eu.example/debug/pprof' },
      ],
      settleMs: 30_000,
    });
  });

  test.for<[ServerMetricsFlags, RegExp]>([
    [{ serverMetrics: ['10.0.0.5:6789'] }, /--server-metrics: not an address/],
    [{ serverLog: ['sfu=/nowhere/node.log'] }, /--server-log \/nowhere\/node.log: no such file/],
    [{ serverLog: ['/'] }, /--server-log \/: not a file/],
    [{ serverMetrics: ['ftp://secret@10.0.0.5'] }, /--server-metrics: not an address/],
    [{ serverPprof: ['secret@10.0.0.5'] }, /--server-pprof: not an address/],
    [
      { serverPprof: ['http://secret@10.0.0.5:7070', 'http://10.0.0.5:7070'] },
      /two profilers of 10.0.0.5:7070/,
    ],
    [{ prometheus: 'redis://secret@10.0.0.5' }, /--prometheus: not an address/],
    [{ redis: 'http://secret@10.0.0.5' }, /--redis: not an address/],
    [{ prometheusSelector: 'job="a"' }, /no effect without --prometheus/],
    [
      { prometheus: 'http://10.0.0.7:9090', prometheusSelector: 'job="a"} or up{' },
      /not label matchers/,
    ],
    [{ settle: '1h' }, /--settle 1h: at most 10m/],
  ])('rejects %o', ([flags, message]) => {
    expect(() => read(flags)).toThrow(message);
    expect(() => read(flags)).not.toThrow(/secret/);
  });

  test('of a started server need no flag; addresses in the environment are those of a deployment', () => {
    const flags = { redis: 'redis://10.0.0.5' };
    expect(() => read(flags, EMBEDDED)).toThrow(/--redis has no effect without --url/);
    expect(read(flags, EMBEDDED, false)).toEqual({
      nodes: [],
      prometheus: null,
      redis: null,
      settleMs: 1_000,
    });
  });
});
