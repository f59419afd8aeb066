import type { Summary } from '@livekit-swarm/analysis';
import { plural } from '@livekit-swarm/settings';

type Deployment = NonNullable<Summary['deployment']>;

/** The server of a verdict: `embedded livekit-server 1.13.4`, `livekit.example.com`. */
export const serverName = ({ deployment }: Pick<Summary, 'deployment'>): string => {
  if (deployment === null) return 'unknown server';
  if (deployment.embedded) return `embedded ${serverText(deployment)}`;
  return URL.parse(deployment.url)?.host || deployment.url;
};

/** Version, configuration and limit of a server: `livekit-server 1.13.4+small.yaml, limited to …`. */
export const serverText = ({ serverVersion, server, streams }: Deployment): string => {
  if (streams === true) return 'server of WHIP and WHEP endpoints';
  const version = `livekit-server ${serverVersion ?? '(version unknown)'}`;
  if (server === undefined) return version;
  const { program, configFiles, cpuCores } = server;
  return [
    [version, ...configFiles].join('+'),
    ...(program === null ? [] : [`program ${program}`]),
    ...(cpuCores === null ? [] : [`limited to ${plural(cpuCores, 'core')}`]),
  ].join(', ');
};
