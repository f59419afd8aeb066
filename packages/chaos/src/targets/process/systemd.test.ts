import { describe, expect, test } from 'vitest';
import { parsePorts } from './inspect.ts';
import { readServerConfig } from './server-config.ts';
import { formatUnit, parseUnit } from './systemd.ts';

describe('units', () => {
  test('are read from the command line', () => {
    expect(parseUnit('node=livekit-server')).toEqual({
      kind: 'node',
      name: 'livekit-server.service',
    });
    expect(parseUnit('redis=redis@6380.service')).toEqual({
      kind: 'redis',
      name: 'redis@6380.service',
    });
    expect(formatUnit(parseUnit('load-balancer=haproxy'))).toBe('load-balancer=haproxy.service');
  });

  test.each([
    'livekit-server',
    'nod=livekit',
    'node=',
    'node=a=b',
    'node=--all',
    'node=a b',
    '=x',
    '',
  ])('"%s" is none', (text) => {
    expect(() => parseUnit(text)).toThrow(/unknown unit/);
  });
});

test('ports are those of the given processes', () => {
  const text = [
    'LISTEN 0      4096       127.0.0.1:7880      0.0.0.0:*    users:(("livekit-server",pid=10,fd=9))',
    'LISTEN 0      4096               *:7881            *:*    users:(("livekit-server",pid=10,fd=11))',
    'LISTEN 0      511             [::]:6379         [::]:*    users:(("redis-server",pid=11,fd=7))',
    'LISTEN 0      128          0.0.0.0:443       0.0.0.0:*    users:(("haproxy",pid=13,fd=5),("haproxy",pid=12,fd=5))',
    'LISTEN 0      128        127.0.0.1%lo:53     0.0.0.0:*',
    '',
  ].join('\n');
  expect(parsePorts(text, new Set([10]))).toEqual([7880, 7881]);
  expect(parsePorts(text, new Set([12, 11]))).toEqual([443, 6379]);
  expect(parsePorts('', new Set([1]))).toEqual([]);
});

describe('a configuration of livekit-server', () => {
  test('contains the ports of packets', () => {
    const yaml = `
port: 7890
prometheus: { port: 6789 }
redis: { address: 10.0.0.5:6380, password: secret }
rtc: { tcp_port: 7891, port_range_start: 40000, port_range_end: 50000 }
unknown: { deep: true }`;
    expect(readServerConfig(yaml)).toEqual({
      http: 7890,
      tcp: 7891,
      udp: [40000, 50000],
      metrics: 6789,
      redis: { address: '10.0.0.5', port: 6380 },
    });
  });

  test('may omit values, or write them in other forms', () => {
    expect(readServerConfig('')).toEqual({
      http: 7880,
      tcp: 7881,
      udp: [50000, 60000],
      metrics: null,
      redis: null,
    });
    expect(readServerConfig('rtc: { udp_port: 7882 }').udp).toEqual([7882, 7882]);
    expect(readServerConfig('rtc: { udp_port: 7882-7892 }').udp).toEqual([7882, 7892]);
    expect(readServerConfig('rtc: { tcp_port: 0 }').tcp).toBeNull();
    expect(readServerConfig('prometheus_port: 6790').metrics).toBe(6790);
    expect(readServerConfig('redis: { address: redis.internal:6379 }').redis).toEqual({
      address: null,
      port: 6379,
    });
    expect(readServerConfig('redis: { address: 10.1.2.3 }').redis).toEqual({
      address: '10.1.2.3',
      port: 6379,
    });
  });
});
