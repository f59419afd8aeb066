import { describe, expect, it } from 'vitest';
import { dockerSpecName, readDockerSpec, readReference, writeReference } from './spec.ts';

describe('readDockerSpec', () => {
  it('reads a name, or a label', () => {
    const spec = readDockerSpec('staging', undefined, {});
    expect(spec).toEqual({
      host: 'unix:///var/run/docker.sock',
      label: 'swarm.drill=staging',
      components: {},
    });
    expect(dockerSpecName(spec)).toBe('staging');
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

  it('names a deployment on another host differently, so that a confirmation is not valid for both', () => {
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
    ['x', 'server=livekit', undefined, '"server=livekit" is not KIND=CONTAINER'],
    ['x', 'node', undefined, '"node" is not KIND=CONTAINER'],
    ['x', undefined, 'ssh://root@lk-1', 'cannot be reached by SSH'],
    ['x', undefined, 'localhost:2375', 'not an address of a Docker engine'],
  ])('refuses "%s" with roles %s at %s', (what, roles, host, message) => {
    expect(() => readDockerSpec(what, roles, { DOCKER_HOST: host })).toThrow(message);
  });
});

describe('the reference', () => {
  it('reopens the same platform', () => {
    const spec = {
      host: 'tcp://10.0.0.5:2376',
      label: 'a=b',
      components: { lk: 'node', cache: 'redis' },
    } as const;
    const written = JSON.parse(JSON.stringify(writeReference(spec, ['lk'])));
    expect(readReference(written)).toEqual({ spec, onHost: ['lk'] });
    expect(() => readReference({ kind: 'docker', host: 'x' })).toThrow(
      'does not describe containers',
    );
  });
});
