/** Change of the programs of a lab's nodes. */
import {
  LIVEKIT_VERSIONS,
  type LiveKitVersion,
  type NodeState,
  type ProgramBinary,
  type ProgramChange,
  provisionLiveKit,
} from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import type { Component, NodeRollout } from '../platform.ts';
import type { Preparation, Release } from '../rollout.ts';

/** Programs of the nodes of a lab, in this process or in another one. */
export interface LabPrograms {
  /** Program of a node's next start; null: the lab has ended. */
  look(node: string): Promise<NodeState | null>;
  /** Changes that program; no effect on a lab that has ended. */
  change(node: string, change: ProgramChange): Promise<void>;
}

const pinned = (text: string): LiveKitVersion | undefined =>
  LIVEKIT_VERSIONS.find((version) => version === text.replace(/^v/, ''));

/** Finds or builds the program of a release; null: the release keeps the program. */
const provide = async (
  { program }: Release,
  preparation: Partial<Preparation> = {},
): Promise<ProgramBinary | null> => {
  if (program === null) return null;
  const version = pinned(program);
  return provisionLiveKit({
    ...(version === undefined
      ? { serverPath: program }
      : // The release is used as written, whatever the variable names.
        { version, env: { ...process.env, SWARM_LIVEKIT_SERVER: '' } }),
    ...preparation,
  });
};

export const labRollout = ({ look, change }: LabPrograms): NodeRollout => ({
  by: 'node',
  present: async ({ name }) => (await look(name))?.program.binary.version ?? null,
  missingCapability: async ({ kind }: Component, { configFile }) => {
    if (kind !== 'node') return 'only nodes have a release';
    return configFile === null
      ? null
      : 'a lab chooses addresses and keys itself: give settings that are merged over its configuration';
  },
  prepare: async (release, preparation) => void (await provide(release, preparation)),
  change: async ({ name }, release) => {
    const before = await look(name);
    if (before === null)
      throw new SwarmError('no_lab', 'the lab ended during the change of a node', 'start it again');
    const { path, version } = (await provide(release)) ?? before.program.binary;
    await change(name, { use: { binary: { path, version }, config: release.config } });
  },
  isChanged: async ({ name }) => (await look(name))?.isChanged === true,
  restore: ({ name }) => change(name, 'restore'),
  keep: ({ name }) => change(name, 'keep'),
});
