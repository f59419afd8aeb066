import type { StartOptions } from '@livekit-swarm/lab';
import type { LiveKitVersion } from '@livekit-swarm/lab/choices';
import { withoutSecrets } from '@livekit-swarm/settings';

/** Target of a run: the user's deployment, or an embedded server. */
export type Target = RemoteTarget | EmbeddedTarget;

export interface RemoteTarget {
  type: 'remote';
  url: string;
  apiUrl?: string;
  apiKey: string;
  apiSecret: string;
}

export interface EmbeddedTarget {
  type: 'embedded';
  version: LiveKitVersion;
  server?: ServerChanges;
  /** URL in the environment, which --embedded overrides. */
  insteadOf?: string;
}

/** Differences of an embedded server from the default. */
export type ServerChanges = Pick<StartOptions, 'serverPath' | 'config' | 'cpuCores' | 'env'>;

/** Name of a target for messages: the URL without secrets, or the version of the server. */
export const describeTarget = (target: Target): string =>
  target.type === 'remote'
    ? withoutSecrets(target.url)
    : `livekit-server ${target.version} on this host`;
