import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { withoutSecrets } from '@livekit-swarm/settings';
import { describeServer, type ServerSpec } from './server/server-spec.ts';

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
  /** Server of --server; null: the default version, or the program of SWARM_LIVEKIT_SERVER. */
  server: ServerSpec | null;
  /** URL that is not used, because a flag asks for this server. */
  insteadOf?: { url: string; flag: '--embedded' | '--server' };
}

/** Program of SWARM_LIVEKIT_SERVER, which is started where --server names none. */
export const givenProgram = (): string | undefined => process.env.SWARM_LIVEKIT_SERVER || undefined;

/** Name of a target for messages: the URL without secrets, or the server. */
export const describeTarget = (target: Target): string => {
  if (target.type === 'remote') return withoutSecrets(target.url);
  const { server } = target;
  const name =
    server === null
      ? (givenProgram() ?? `livekit-server ${DEFAULT_LIVEKIT_VERSION}`)
      : describeServer(server);
  return `${name} on this host`;
};
