import { identifyProcess } from '@livekit-swarm/host';
import { type Location, labLabel } from './component.ts';
import { labComponents } from './lab-components.ts';

const AT = 'http://127.0.0.1:1';

/** The lab that a drill would raise, before it is there: one can ask what could be done to it. Ports are made up. */
export const dryRunLocation = (nodes: number): Location => {
  const parts = labComponents({
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
    reference: () => ({ kind: 'process', place: 'imagined' }),
    components: async () => parts,
    // They will be children of this process, and be allowed what it is allowed.
    identity: async () => identifyProcess(process.pid),
    start: async () => {},
    whyNotStartable: () => null,
  };
};
