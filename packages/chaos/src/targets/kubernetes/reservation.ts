import type { V1Job } from '@kubernetes/client-node';
import type { Pod } from './pods.ts';

/** Label of every object that a drill creates in a cluster. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'livekit-swarm' } as const;
/** Label of the injection that a reservation belongs to. */
export const INJECTION_LABEL = 'livekit-swarm/injection';

/** Lifetime of objects that a drill creates in a cluster, if it gives no duration, ms. */
export const MAX_DURATION_MS = 3_600_000;

/** Longest name of a job, characters: it is a label of its pods. */
const MAX_NAME = 63;
/**
 * Number of restarts of its container, which may not even start: the pod reserves the host in any
 * case.
 */
const RESTARTS = 1_000_000;

/**
 * Job that keeps the pods of a namespace off a host for a limited time, as a cordon does: a pod on
 * that host next to which they may not be scheduled. The job controller removes the pod after its
 * time, even if the drill died, and then the job. The pod has the image of the component's pod,
 * which is already on the host, and no token.
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
              // The rule is for every pod of the namespace: the scheduler also respects it for
              // them.
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
