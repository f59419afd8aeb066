import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Flags that name the hosts of a queue. */
export interface QueueFlags {
  queue?: string;
  insecureQueue?: boolean;
  hosts?: string;
  label: string[];
}

/** Flags for the hosts of a run: their queue, its protection, and a choice of them. */
export const queueFlags = (): Option[] => [
  new Option(
    '--queue <url>',
    'run on the hosts of this queue, each with "swarm host": redis://HOST:6379 or rediss://',
  ),
  insecureQueueFlag(),
  new Option('--hosts <n>', 'hosts of the queue (default: all that are idle)'),
  repeatable('--label <name=value>', 'only hosts of the queue with this label (may be repeated)'),
];

export const insecureQueueFlag = (): Option =>
  new Option(
    '--insecure-queue',
    'accept a queue without password or without SWARM_QUEUE_KEY: any program that reaches it commands its hosts',
  );
