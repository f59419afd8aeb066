import { readFileSync } from 'node:fs';
import type { ContainerInfo } from 'dockerode';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  type ContainerComponent,
  componentsOf,
} from '../../packages/chaos/src/targets/docker/container.ts';

interface Compose {
  services: Record<string, { command?: string[]; labels?: Record<string, string> }>;
}

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Containers that Compose makes of the file, as an engine lists them. */
const partsOfCompose = ({ services }: Compose): ContainerComponent[] => {
  const containers = Object.entries(services).map(
    ([name, { labels = {} }]) =>
      ({
        Id: name,
        Names: [`/x_${name}_1`],
        Labels: { 'com.docker.compose.service': name, ...labels },
      }) as unknown as ContainerInfo,
  );
  return componentsOf(containers, { components: {} }, 'refuse');
};

describe('docs/chaos-docker.md', () => {
  const [, example = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(read('docs/chaos-docker.md')) ?? [];
  const compose = parse(example) as Compose;

  it('has labels in its example that drills understand', () => {
    const parts = partsOfCompose(compose);
    expect(parts.map(({ name, settings }) => [name, settings.kind])).toEqual([
      ['haproxy', 'load-balancer'],
      ['node-1', 'node'],
      ['redis', 'redis'],
    ]);
    expect(parts[1]?.settings).toMatchObject({
      udp: [50_000, 60_000],
      tcp: [7_880, 7_881],
      metrics: 'http://127.0.0.1:6789/metrics',
    });
    // Compose accepts only text as labels.
    for (const { labels = {} } of Object.values(compose.services))
      for (const value of Object.values(labels)) expect(typeof value).toBe('string');
  });
});

describe('docker-compose.yml', () => {
  const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;

  it('gives each component its kind and the configured ports', () => {
    const parts = partsOfCompose(compose);
    expect(parts.map(({ name, settings }) => `${settings.kind} ${name}`)).toEqual([
      ...[
        'turn coturn',
        'load-balancer haproxy',
        'node node-1',
        'node node-2',
        'node node-3',
        'redis redis',
      ],
    ]);
    for (const { name, settings } of parts.filter((part) => part.settings.kind === 'node')) {
      const [, http, , metrics, , udp] = compose.services[name]?.command ?? [];
      expect(settings).toMatchObject({
        address: '127.0.0.1',
        tcp: [Number(http)],
        metrics: `http://127.0.0.1:${metrics}/metrics`,
      });
      expect(settings.udp?.join('-')).toBe(udp);
    }
    const config = read('examples/stack/redis.conf') + read('examples/stack/haproxy.cfg');
    for (const { name, settings } of parts.filter(
      ({ settings: { kind } }) => kind === 'redis' || kind === 'load-balancer',
    ))
      expect(config, name).toMatch(
        new RegExp(`^(port |  bind 127\\.0\\.0\\.1:)${settings.tcp[0]}$`, 'm'),
      );
    const drills = Object.values(compose.services).flatMap(
      ({ labels = {} }) => labels['swarm.drill'] ?? [],
    );
    expect(new Set(drills)).toEqual(new Set(['stack']));
  });
});
