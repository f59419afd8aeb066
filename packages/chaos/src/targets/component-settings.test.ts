import { describe, expect, it } from 'vitest';
import { portsOf, readComponentSettings } from './component-settings.ts';

const read = (values: Record<string, string>) =>
  readComponentSettings('node', (key) => values[key], 'container "a": label swarm.');

describe('readComponentSettings', () => {
  it('reads given settings, and leaves others null', () => {
    expect(read({})).toEqual({
      kind: 'node',
      name: null,
      address: null,
      udp: null,
      tcp: [],
      metrics: null,
      redis: null,
    });
    expect(
      read({
        name: 'lk-1',
        address: '10.0.0.0/24',
        udp: ' 50000-60000 ',
        tcp: '7880, 7881,7880',
        metrics: 'http://[::1]:1/m',
        redis: '10.0.0.5:6380',
      }),
    ).toEqual({
      kind: 'node',
      name: 'lk-1',
      address: '10.0.0.0/24',
      udp: [50_000, 60_000],
      tcp: [7_880, 7_881],
      metrics: 'http://[::1]:1/m',
      redis: { address: '10.0.0.5', port: 6_380 },
    });
    expect(read({ udp: '7882', redis: '6379', tcp: '' })).toMatchObject({
      udp: [7_882, 7_882],
      tcp: [],
      redis: { address: null, port: 6_379 },
    });
  });

  it.each([
    ['name', 'a b'],
    ['name', '"; reboot'],
    ['address', '10.0.0.256'],
    ['address', '10.0.0.1/33'],
    ['address', '::1'],
    ['address', 'lk-1.example.com'],
    ['udp', '60000-50000'],
    ['udp', '1-2-3'],
    ['udp', '0'],
    ['udp', '50000-'],
    ['tcp', '7880;7881'],
    ['tcp', '65536'],
    ['tcp', '7880,'],
    ['metrics', '127.0.0.1:6789'],
    ['metrics', 'file:///etc/passwd'],
    ['redis', 'redis'],
    ['redis', '10.0.0.0/8:6379'],
  ])('rejects %s: %s, with its label', (key, value) => {
    expect(() => read({ [key]: value })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => read({ [key]: value })).toThrow(
      `container "a": label swarm.${key}: "${value}" is not`,
    );
  });
});

describe('portsOf', () => {
  it('is null where no port is known', () => {
    expect(portsOf({ address: '127.0.0.1', udp: null, tcp: [] })).toBeNull();
    expect(portsOf({ address: null, udp: null, tcp: [1] })).toEqual({
      address: '0.0.0.0',
      udp: null,
      tcp: [1],
    });
  });
});
