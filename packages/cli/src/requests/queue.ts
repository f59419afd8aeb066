import { MAX_HOSTS, type QueueChoice, type Target } from '@livekit-swarm/campaign';
import type { QueueOptions } from '@livekit-swarm/fleet';
import { readVariable, usageError } from '@livekit-swarm/settings';
import type { QueueFlags } from '../flags/queue.ts';
import { readLabels } from './labels.ts';
import { wholeNumber } from './whole-number.ts';

/** Key of the fleet, from the environment only: the process list shows flags. */
export const readQueueOptions = (
  { insecureQueue }: { insecureQueue?: boolean | undefined },
  env: NodeJS.ProcessEnv,
): QueueOptions => ({
  key: readVariable(env, 'SWARM_QUEUE_KEY'),
  isInsecure: insecureQueue === true,
});

/** @throws SwarmError `usage` */
export const readQueueChoice = (
  { queue, insecureQueue, hosts, label, browser }: QueueFlags & { browser?: string },
  target: Target,
  env: NodeJS.ProcessEnv,
): QueueChoice | null => {
  if (queue === undefined) {
    if (hosts === undefined && label.length === 0) return null;
    const flag = hosts === undefined ? '--label' : '--hosts';
    throw usageError(`${flag} has no effect without --queue`, 'add --queue redis://HOST:6379');
  }
  if (target.type === 'embedded')
    throw usageError(
      '--queue: other hosts cannot reach a livekit-server that is started on this one',
      'add --url and the API keys of a deployment',
    );
  // A queue carries no paths of programs.
  if (browser !== undefined)
    throw usageError(
      '--browser names a program of this host, and --queue lets other hosts carry the participants',
      'give it to each of them: swarm host --browser PATH',
    );
  return {
    url: queue,
    ...readQueueOptions({ insecureQueue }, env),
    hosts: hosts === undefined ? null : readHosts(hosts),
    labels: readLabels(label),
  };
};

const readHosts = wholeNumber(
  '--hosts',
  1,
  MAX_HOSTS,
  'leave it out to use all hosts that are idle',
);
