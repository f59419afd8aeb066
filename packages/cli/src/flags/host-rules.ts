import type { Command, Option } from 'commander';
import type { FolderSettings } from '../folder-settings/read-settings.ts';
import { repeatable } from './repeatable.ts';

/** Flags that restrict the hosts of a load, or confirm one. */
export interface HostFlags {
  allowHost?: string[];
  denyHost?: string[];
  confirmTarget?: string[];
  folderSettings?: FolderSettings;
}

/** Hosts that a command must not load by mistake, for `addHostFlags`. */
export const CONFIRMED = {
  host: 'LiveKit Cloud (*.livekit.cloud)',
  probe: 'LiveKit Cloud (*.livekit.cloud), and for a public server that only swarm.yaml names',
  run: 'LiveKit Cloud (*.livekit.cloud), and for a public server that only the environment or swarm.yaml names',
  search:
    'LiveKit Cloud (*.livekit.cloud), and for every server that only the environment, swarm.yaml or the scenario names',
} as const;

/** Flags for the servers that load may be sent to. */
export const hostFlags = (): Option[] => [
  repeatable(
    '--allow-host <host>',
    'only these hosts: names, *.example.com, addresses, 10.0.0.0/8 (may be repeated); SWARM_ALLOW_HOST restricts further',
  ),
  repeatable(
    '--deny-host <host>',
    'never these hosts, also when they are allowed (may be repeated); also SWARM_DENY_HOST',
  ),
];

/**
 * Adds the flags for host rules. The rules of the environment (SWARM_ALLOW_HOST) are read separately, because flags must not replace them. The environment
 * holds no confirmations.
 * @param confirmed hosts that need a confirmation
 */
export const addHostFlags = (command: Command, group: string, confirmed: string): void => {
  for (const option of [
    ...hostFlags(),
    repeatable(
      '--confirm-target <host>',
      `this host is meant: needed for ${confirmed} (may be repeated; never from the environment)`,
    ),
  ])
    command.addOption(option.helpGroup(group));
};
