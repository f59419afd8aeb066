import { Option } from 'commander';
import type { HostFlags } from './host-rules.ts';
import { repeatable } from './repeatable.ts';

/** Flags that allow a scenario to read variables and files of this host. */
export interface ReadFlags {
  allowEnv?: string[];
  allowFile?: string[];
}

/** Flags of the guard of a load. */
export interface GuardFlags extends HostFlags, ReadFlags {
  joinExistingRooms?: boolean;
  withOtherUsers?: boolean;
}

export const joinExistingRoomsFlag = (): Option =>
  new Option(
    '--join-existing-rooms',
    'also join rooms with participants, or whose participants are unknown',
  );

/** A flag without a variable: users would forget one in their environment. */
export const withOtherUsersFlag = (): Option =>
  new Option(
    '--with-other-users',
    'also load a deployment with participants of others, or with unknown participants',
  );

/** Flags for the variables and files of this host that scenario files may read. */
export const readFlags = (): Option[] => [
  repeatable(
    '--allow-env <name>',
    'environment variable that the scenario may read, as headers and keys (may be repeated; SWARM_SECRET_… needs none)',
  ),
  repeatable(
    '--allow-file <path>',
    'file or folder that the scenario may read: secrets, and media outside its own folder (may be repeated)',
  ),
];
