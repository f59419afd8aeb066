import type { Summary } from '@livekit-swarm/analysis';

/** The server of a verdict: `embedded livekit-server 1.13.4`, `livekit.example.com`. */
export const serverName = ({ deployment }: Pick<Summary, 'deployment'>): string => {
  if (deployment === null) return 'unknown server';
  if (deployment.embedded)
    return `embedded livekit-server ${deployment.serverVersion ?? '(version unknown)'}`;
  return URL.parse(deployment.url)?.host || deployment.url;
};
