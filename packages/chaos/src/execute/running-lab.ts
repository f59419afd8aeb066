import { readFile } from 'node:fs/promises';
import { keysFile, readState as readLab } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { isThere } from '../targets/process/lab-location.ts';
import { openProcessTarget } from '../targets/process.ts';
import type { RaisedDeployment } from './execute-drill.ts';
import { labAddresses } from './lab-addresses.ts';

/**
 * A lab that stands (`swarm lab up`). It is ours, and stays when the drill is over.
 * @throws SwarmError `no-lab`
 */
export const runningLab = async (name: string): Promise<RaisedDeployment> => {
  const target = await openProcessTarget({ lab: name });
  const state = await readLab(name);
  if (state === null)
    throw new SwarmError('no_lab', `there is no lab "${name}"`, 'raise one: "swarm lab up"');
  return {
    target,
    name,
    own: true,
    ...labAddresses(state.facts),
    apiSecret: await secretOf(name),
    confirm: async () => {
      if (await isThere(name, state.startedAt)) return;
      throw new SwarmError(
        'no_lab',
        `the lab "${name}" was ended while the drill was on it: that says nothing of the server`,
        'leave it until the drill is over, or let the drill raise one of its own',
      );
    },
    [Symbol.asyncDispose]: async () => {},
  };
};

/** It stands in the file of keys only, which the lab's owner alone can read. */
const secretOf = async (lab: string): Promise<string> => {
  const [, secret] =
    /^export LIVEKIT_API_SECRET=(.+)$/m.exec(await readFile(keysFile(lab), 'utf8')) ?? [];
  if (secret === undefined)
    throw new SwarmError('no_lab', `the keys of lab "${lab}" cannot be read from ${keysFile(lab)}`);
  return secret;
};
