/**
 * Scan for effects of faults on a Docker engine, on any host, as far as the engine itself shows
 * them.
 */
import { hasErrorCode } from '@livekit-swarm/settings';
import { connectEngine } from '../targets/docker/engine.ts';
import { type DockerSpec, dockerSpecName } from '../targets/docker/spec.ts';
import type { OrphanScan } from './orphan.ts';

/** @throws SwarmError `docker_unavailable` */
export const openEngineScan = async (
  spec: Pick<DockerSpec, 'host' | 'label'>,
): Promise<OrphanScan> => {
  const engine = await connectEngine(spec);
  return {
    place: dockerSpecName(spec),
    find: async () =>
      (await engine.list(spec.label))
        .filter(({ State }) => State === 'paused')
        .map(({ Id, Names }) => ({
          kind: 'paused_container',
          name: Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12),
          pid: null,
          instance: Id,
          injection: null,
        })),
    remove: async ({ name }) => {
      try {
        await engine.unpause(name);
        return null;
      } catch (error) {
        if (hasErrorCode(error, 'rejected', 'docker_unavailable')) return error.message;
        throw error;
      }
    },
    // The lock of its host is not taken: "swarm chaos rollback --scan" on that host takes it.
    lock: async () => ({ [Symbol.asyncDispose]: async () => {} }),
    [Symbol.asyncDispose]: async () => {},
  };
};
