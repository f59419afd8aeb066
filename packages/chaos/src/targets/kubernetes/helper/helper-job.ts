import type { V1Job } from '@kubernetes/client-node';
import { HEARTBEAT_TIMEOUT_S } from '../../../pod-helper/protocol.ts';
import { MANAGED_BY } from '../reservation.ts';
import type { HelperSettings } from '../spec.ts';

/** Label of the jobs of helpers, and of their pods; its value is the namespace of the drill. */
export const HELPER_LABEL = 'livekit-swarm/helper-of';
/** Name of the helper's container. */
export const HELPER_CONTAINER = 'helper';

/** Time for a helper to undo everything after SIGTERM, s. */
const GRACE_S = 30;
/** Time after its own end at which Kubernetes ends a helper, s. */
const MARGIN_S = 60;
/** Number of restarts of its container: after each it undoes what it finds. */
const RESTARTS = 1_000_000;

/**
 * Job whose pod is the helper on one Kubernetes node. The pod is privileged, and sees the processes,
 * the network and the cgroups of its node, which is what faults of pods on the host network need. It
 * has no token of the cluster. Kubernetes ends it at its deadline and removes the job, whatever
 * happened to the drill.
 * @param name name of the job, unique in its namespace
 * @param host Kubernetes node
 * @param of namespace of the drill
 */
export const helperJob = (
  { image, namespace }: HelperSettings,
  { name, host, of, lifetimeMs }: { name: string; host: string; of: string; lifetimeMs: number },
): V1Job => {
  const seconds = Math.ceil(lifetimeMs / 1_000);
  const labels = { ...MANAGED_BY, [HELPER_LABEL]: of };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      activeDeadlineSeconds: seconds + MARGIN_S,
      ttlSecondsAfterFinished: 0,
      backoffLimit: RESTARTS,
      template: {
        metadata: { labels },
        spec: {
          nodeName: host,
          restartPolicy: 'OnFailure',
          terminationGracePeriodSeconds: GRACE_S,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          tolerations: [{ operator: 'Exists' }],
          hostNetwork: true,
          hostPID: true,
          dnsPolicy: 'Default',
          containers: [
            {
              name: HELPER_CONTAINER,
              image,
              imagePullPolicy: 'IfNotPresent',
              args: [
                ...['chaos', 'helper'],
                ...['--effects', `/host/run/livekit-swarm-${name}.json`],
                ...['--heartbeat-timeout', `${HEARTBEAT_TIMEOUT_S}s`, '--lifetime', `${seconds}s`],
              ],
              stdin: true,
              // Nothing of Node is written into the image.
              env: [{ name: 'NODE_DISABLE_COMPILE_CACHE', value: '1' }],
              resources: {
                requests: { cpu: '10m', memory: '64Mi' },
                limits: { memory: '512Mi' },
              },
              securityContext: {
                privileged: true,
                runAsUser: 0,
                runAsGroup: 0,
                readOnlyRootFilesystem: true,
              },
              volumeMounts: [
                { name: 'cgroup', mountPath: '/sys/fs/cgroup' },
                { name: 'run', mountPath: '/host/run' },
              ],
            },
          ],
          volumes: [
            { name: 'cgroup', hostPath: { path: '/sys/fs/cgroup', type: 'Directory' } },
            { name: 'run', hostPath: { path: '/run', type: 'Directory' } },
          ],
        },
      },
    },
  };
};
