import type { V1Job } from '@kubernetes/client-node';
import type { Pod } from './pods.ts';

/** Of everything that a drill creates in a cluster. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'livekit-swarm' } as const;
/** Label of the injection that a reservation belongs to. */
export const INJECTION_LABEL = 'livekit-swarm/injection';

/** Of what a drill creates in a cluster, where it gives no duration, ms. */
export const MAX_DURATION_MS = 3_600_000;

/** Names of jobs are labels of their pods. */
const MAX_NAME = 63;
/** Its container may not even start: it reserves the host all the same. */
const RESTARTS = 1_000_000;

/**
 * Keeps the pods of a namespace off a host, as a cordon does, for a limited time: a pod on that host that
 * they may not be scheduled next to. The job controller removes it after its time, whatever happens to the
 * drill, and the job with it. It has the image of the pod, which is on the host already, and no token.
 */
export const reservationOf = (
  id: string,
  { name, image }: Pick<Pod, 'name' | 'image'>,
  host: string,
  namespace: string,
  expiresAfterMs: number | null,
): V1Job => {
  const seconds = Math.ceil((expiresAfterMs ?? MAX_DURATION_MS) / 1_000);
  const labels = { ...MANAGED_BY, [INJECTION_LABEL]: id };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `swarm-${id}-${name}`.slice(0, MAX_NAME).replace(/[^a-z0-9]+$/, ''),
      namespace,
      labels,
    },
    spec: {
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: 0,
      backoffLimit: RESTARTS,
      template: {
        metadata: { labels },
        spec: {
          nodeName: host,
          restartPolicy: 'OnFailure',
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          tolerations: [{ operator: 'Exists' }],
          affinity: {
            podAntiAffinity: {
              // Every pod of the namespace. The scheduler respects it for them, not only for this one.
              requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: {}, topologyKey: 'kubernetes.io/hostname' },
              ],
            },
          },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: UNPRIVILEGED,
            runAsGroup: UNPRIVILEGED,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'reservation',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['sleep', String(seconds)],
              resources: {
                requests: { cpu: '1m', memory: '1Mi' },
                limits: { cpu: '10m', memory: '32Mi' },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  };
};

const UNPRIVILEGED = 65_534;
