import { SwarmError, withoutSecrets } from '@livekit-swarm/settings';
import type { Drill } from '../drill/drill.ts';
import type { DrillDeployment } from './deployment.ts';
import { firingAlerts } from './firing-alerts.ts';

type Seen = Pick<DrillDeployment, 'name' | 'prometheusUrl' | 'redisUrl'>;

/**
 * What a drill asks for must be there to be seen: an alert that nobody looked for has not failed to fire, and a ghost that nobody looked for is not gone.
 * @throws SwarmError `no-prometheus`, `no-redis`
 */
export const needEyes = async (
  { name, prometheusUrl, redisUrl }: Seen,
  { objectives }: Pick<Drill, 'objectives'>,
): Promise<void> => {
  const asked = Object.keys(objectives.alertsWithinMs).join(', ');
  if (asked !== '' && prometheusUrl === null) {
    throw new SwarmError(
      'no_prometheus',
      `the drill asks for ${asked}, and nobody knows the Prometheus of "${name}"`,
      'say where it is: --prometheus URL; a lab has one with "swarm lab up --with prometheus"',
    );
  }
  if (asked !== '' && prometheusUrl !== null && (await firingAlerts(prometheusUrl)) === null) {
    throw new SwarmError(
      'no_prometheus',
      `the drill asks for ${asked}, and the Prometheus of "${name}" does not answer at ${withoutSecrets(prometheusUrl)}`,
      'does it run, and is this its address (--prometheus)?',
    );
  }
  if (objectives.ghosts !== null && redisUrl === null) {
    throw new SwarmError(
      'no_redis',
      `the drill asks for ghost rooms, and nobody knows the Redis of "${name}", which tells`,
      'say where it is: --redis URL; or write ghosts: any',
    );
  }
};
