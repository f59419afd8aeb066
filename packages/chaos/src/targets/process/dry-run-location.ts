import { identifyProcess } from '@livekit-swarm/host';
import { type Location, labLabel } from './component.ts';
import { labComponents } from './lab-components.ts';

const AT = 'http://127.0.0.1:1';

/** The lab that a drill would start. Ports are placeholders. */
export const dryRunLocation = (nodes: number): Location => {
  const components = labComponents({
    nodes: Array.from({ length: nodes }, (_, index) => ({
      name: `node-${index + 1}`,
      url: AT,
      httpUrl: AT,
      metricsUrl: AT,
      redisHost: `127.1.0.${index + 1}`,
      ports: { http: 1, tcp: 2, metrics: 3, udpFirst: 4, udpLast: 5 },
    })),
    redisUrl: 'redis://127.0.0.1:6',
    httpUrl: AT,
    balancerStatsUrl: AT,
    turnUrl: null,
  });
  return {
    label: labLabel(nodes),
    reference: () => ({ kind: 'process', place: 'dry-run' }),
    components: async () => components,
    // They would be children of this process, with its permissions.
    identity: async () => identifyProcess(process.pid),
    start: async () => {},
    whyNotStartable: () => null,
  };
};
