import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { localConfig, mergeConfig, writeConfig } from './config.ts';

const ports = { http: 1, metrics: 3, udpFirst: 10, udpLast: 13 };

test('keeps everything on loopback', () => {
  expect(localConfig('127.0.0.1', ports)).toMatchObject({
    port: 1,
    bind_addresses: ['127.0.0.1'],
    prometheus: { port: 3 },
    rtc: {
      node_ip: '127.0.0.1',
      use_external_ip: false,
      enable_loopback_candidate: true,
      tcp_port: 0,
      udp_port: '10-13',
    },
  });
});

test('a single UDP port is a number, and another address has no loopback candidates', () => {
  const config = localConfig('10.1.2.3', { ...ports, udpLast: 10 });
  expect(config.rtc).toEqual({
    node_ip: '10.1.2.3',
    use_external_ip: false,
    tcp_port: 0,
    udp_port: 10,
  });
});

test("the caller's settings override those of the lab, section by section", () => {
  const merged = mergeConfig(localConfig('127.0.0.1', ports), {
    rtc: { use_ice_lite: true, interfaces: { includes: ['eth0'] } },
    room: { auto_create: false },
  });
  expect(merged).toMatchObject({
    rtc: { tcp_port: 0, use_ice_lite: true, interfaces: { includes: ['eth0'] } },
    room: { auto_create: false },
  });
  expect(parse(writeConfig(merged))).toEqual(merged);
});
