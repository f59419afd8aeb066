import { describe, expect, it } from 'vitest';
import { dockerSpecName, readDockerSpec, readReference, writeReference } from './spec.ts';

describe('readDockerOrder', () => {
  it('takes a name, or a label', () => {
    const order = readDockerSpec('staging', undefined, {});
    expect(order).toEqual({
      host: 'unix:///var/run/docker.sock',
      label: 'swarm.drill=staging',
      components: {},
    });
    expect(dockerSpecName(order)).toBe('staging');
    const other = readDockerSpec('com.docker.compose.project=a=b', ' node=lk, redis=cache,', {
      DOCKER_HOST: '/run/x.sock',
    });
    expect(other).toEqual({
      host: 'unix:///run/x.sock',
      label: 'com.docker.compose.project=a=b',
      components: { lk: 'node', cache: 'redis' },
    });
    expect(dockerSpecName(other)).toBe('a=b');
  });

  it('calls a deployment on another machine otherwise than one here: a permit for the one is none for the other', () => {
    const there = readDockerSpec('staging', undefined, { DOCKER_HOST: 'tcp://10.0.0.5:2376/' });
    expect(dockerSpecName(there)).toBe('staging@10.0.0.5:2376');
    expect(
      dockerSpecName(readDockerSpec('staging', undefined, { DOCKER_HOST: '/tmp/docker.sock' })),
    ).toBe('staging');
  });

  it.each([
    ['', undefined, undefined, 'neither a name nor a label'],
    ['=x', undefined, undefined, 'neither a name nor a label'],
    ['x=', undefined, undefined, 'neither a name nor a label'],
    ['x', 'server=livekit', undefined, '"server=livekit" does not say what a container is'],
    ['x', 'node', undefined, '"node" does not say'],
    ['x', undefined, 'ssh://root@lk-1', 'not reached over ssh'],
    ['x', undefined, 'localhost:2375', 'not an address of a Docker engine'],
  ])('refuses "%s" with roles %s at %s', (what, roles, host, message) => {
    expect(() => readDockerSpec(what, roles, { DOCKER_HOST: host })).toThrow(message);
  });
});

describe('the reference', () => {
  it('is found again as it was', () => {
    const order = {
      host: 'tcp://10.0.0.5:2376',
      label: 'a=b',
      components: { lk: 'node', cache: 'redis' },
    } as const;
    const written = JSON.parse(JSON.stringify(writeReference(order, ['lk'])));
    expect(readReference(written)).toEqual({ order, onHost: ['lk'] });
    expect(() => readReference({ kind: 'docker', host: 'x' })).toThrow('cannot be found again');
  });
});
