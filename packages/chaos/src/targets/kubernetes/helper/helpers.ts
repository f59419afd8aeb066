import { randomInt } from 'node:crypto';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import { waitUntil } from '../../platform.ts';
import { callCluster, type KubernetesClient, orNull, type Permission } from '../client.ts';
import type { HelperSettings } from '../spec.ts';
import { connectHelper, type HelperConnection } from './helper-connection.ts';
import { HELPER_LABEL, helperJob } from './helper-job.ts';

/** Time for a helper to start, ms: its image may have to be pulled. */
const STARTS_WITHIN_MS = 180_000;
/** Time for its pod to be created, ms. */
const CREATED_WITHIN_MS = 20_000;
/** Time for a helper to undo everything and end, ms. */
const ENDS_WITHIN_MS = 60_000;
const POLL_MS = 300;

/** Helpers of a drill, one on each Kubernetes node with a pod that it may affect. */
export interface Helpers {
  /** Manifests of the jobs that `start` creates; the drill gives them other names. */
  manifests(hosts: readonly string[], lifetimeMs: number): V1Job[];
  /** Reason for which helpers cannot be started; null: permissions suffice. */
  missingPermission(): Promise<string | null>;
  /**
   * Starts helpers; disposal ends them, and resolves when nothing of them is left.
   * @throws SwarmError `fault_unavailable`
   */
  start(hosts: readonly string[], lifetimeMs: number): Promise<AsyncDisposable>;
  /** Helper on a host that this process has started; null: none. */
  on(host: string): HelperConnection | null;
  /**
   * Undoes an injection on whatever host it is, whichever process started its helper. A helper that
   * has ended has undone everything before.
   * @throws SwarmError `rollback_failed`
   */
  undo(id: string): Promise<void>;
}

export interface HelpersOptions {
  client: Pick<KubernetesClient, 'batch' | 'core' | 'attach'>;
  settings: HelperSettings;
  /** Namespace of the drill. */
  of: string;
  may(right: Permission): Promise<boolean>;
}

export const createHelpers = ({ client, settings, of, may }: HelpersOptions): Helpers => {
  const { batch, core, attach } = client;
  const { namespace } = settings;
  const started = new Map<string, HelperConnection>();

  const podsOf = async (labelSelector: string): Promise<V1Pod[]> =>
    (
      await callCluster(
        `list the pods in ${namespace}`,
        core.listNamespacedPod({ namespace, labelSelector }),
      )
    ).items;

  const startOne = async (job: V1Job): Promise<HelperConnection> => {
    const name = job.metadata?.name ?? '';
    const host = job.spec?.template.spec?.nodeName ?? '';
    await callCluster(
      `create the job ${name} in ${namespace}`,
      batch.createNamespacedJob({ namespace, body: job }),
    );
    let running: string | null = null;
    let problem = `it has no pod; does ${namespace} permit privileged pods ("kubectl describe job ${name} -n ${namespace}")?`;
    const since = performance.now();
    const isOver = async (): Promise<boolean> => {
      const pods = await podsOf(`job-name=${name}`);
      // A pod that a policy does not admit is never created.
      if (pods.length === 0) return performance.now() - since > CREATED_WITHIN_MS;
      for (const pod of pods) {
        problem = problemOf(pod) ?? `its pod is ${pod.status?.phase ?? 'pending'}`;
        if (isRunning(pod)) running = pod.metadata?.name ?? '';
      }
      return running !== null;
    };
    await waitUntil(isOver, { withinMs: STARTS_WITHIN_MS, everyMs: POLL_MS });
    if (running === null)
      throw new SwarmError(
        'fault_unavailable',
        `the helper on ${host} does not start: ${problem}`,
        'check --helper-image and --helper-namespace',
      );
    return connectHelper(attach, { namespace, pod: running, host }, true);
  };

  const endOne = async (name: string): Promise<void> => {
    // The kubelet sends it SIGTERM, on which it undoes everything.
    await callCluster(
      `delete the job ${name}`,
      orNull(batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' })),
    );
    const isGone = async (): Promise<boolean> => (await podsOf(`job-name=${name}`)).length === 0;
    if (await waitUntil(isGone, { withinMs: ENDS_WITHIN_MS, everyMs: POLL_MS })) return;
    throw new SwarmError(
      'rollback_failed',
      `the helper ${name} has not ended within ${ENDS_WITHIN_MS / 1_000} s`,
      `see "kubectl describe pod -n ${namespace} -l job-name=${name}"; it undoes its faults on its own`,
    );
  };

  /** @returns false when the helper is not reached */
  const undoIn = async (pod: V1Pod, id: string): Promise<boolean> => {
    const host = pod.spec?.nodeName ?? '';
    const own = started.get(host);
    try {
      const helper =
        own ??
        (await connectHelper(attach, { namespace, pod: pod.metadata?.name ?? '', host }, false));
      try {
        const { why } = await helper.ask({ op: 'undo', id });
        if (why === null) return true;
        throw new SwarmError('rollback_failed', `the helper on ${host}: ${why}`);
      } finally {
        if (own === undefined) helper.close();
      }
    } catch (error) {
      if (hasErrorCode(error, 'unreachable')) return false;
      throw error;
    }
  };

  return {
    manifests: (hosts, lifetimeMs) =>
      hosts.map((host, index) =>
        helperJob(settings, { name: `swarm-helper-${index}`, host, of, lifetimeMs }),
      ),
    missingPermission: async () => {
      for (const right of NEEDED) {
        if (!(await may({ ...right, namespace })))
          return `no permission to ${right.verb} ${[right.resource, right.subresource].filter((part) => part !== undefined).join('/')} in ${namespace}, which helpers need`;
      }
      return null;
    },
    start: async (hosts, lifetimeMs) => {
      const word = randomWord();
      const jobs = hosts.map((host, index) =>
        helperJob(settings, { name: `swarm-helper-${word}-${index}`, host, of, lifetimeMs }),
      );
      const end = async (): Promise<void> => {
        const endings = jobs.map(async (job) => {
          const host = job.spec?.template.spec?.nodeName ?? '';
          const helper = started.get(host);
          started.delete(host);
          // Without an answer, SIGTERM has the same effect.
          const ended = (await helper?.ask({ op: 'end' }).catch(() => null)) ?? null;
          helper?.close();
          // It repeats that, which a helper that is deleted cannot.
          if (ended !== null && ended.why !== null)
            throw new SwarmError(
              'rollback_failed',
              `the helper on ${host} could not undo its faults: ${ended.why}`,
              `it repeats that until its end; see "kubectl logs -n ${namespace} job/${job.metadata?.name}"`,
            );
          await endOne(job.metadata?.name ?? '');
        });
        const failed = (await Promise.allSettled(endings)).find(
          (ending) => ending.status === 'rejected',
        );
        if (failed !== undefined) throw failed.reason;
      };
      const starts = await Promise.allSettled(
        jobs.map(async (job) => {
          const helper = await startOne(job);
          started.set(helper.host, helper);
        }),
      );
      const failed = starts.find((start) => start.status === 'rejected');
      if (failed === undefined) return { [Symbol.asyncDispose]: end };
      await end();
      throw failed.reason;
    },
    on: (host) => started.get(host) ?? null,
    undo: async (id) => {
      const labelSelector = `${HELPER_LABEL}=${of}`;
      const undone = new Set<string>();
      // A helper that does not run yet, or is not reached, undoes everything when it starts, and
      // when its drill sends no heartbeat: it answers, or ends.
      const isUndone = async (): Promise<boolean> => {
        const pods = await podsOf(labelSelector);
        for (const pod of pods.filter(isRunning)) {
          const name = pod.metadata?.name ?? '';
          if (!undone.has(name) && (await undoIn(pod, id))) undone.add(name);
        }
        return pods.every(({ metadata }) => undone.has(metadata?.name ?? ''));
      };
      if (await waitUntil(isUndone, { withinMs: ENDS_WITHIN_MS, everyMs: POLL_MS })) return;
      throw new SwarmError(
        'rollback_failed',
        `a helper in ${namespace} neither answers nor ends`,
        `see "kubectl get pods -n ${namespace} -l ${labelSelector}"`,
      );
    },
  };
};

const isRunning = ({ status }: V1Pod): boolean =>
  status?.containerStatuses?.[0]?.state?.running !== undefined;

const NEEDED: readonly Omit<Permission, 'namespace'>[] = [
  { verb: 'create', group: 'batch', resource: 'jobs' },
  { verb: 'delete', group: 'batch', resource: 'jobs' },
  { verb: 'list', resource: 'pods' },
  { verb: 'create', resource: 'pods', subresource: 'attach' },
];

const problemOf = ({ status }: V1Pod): string | null => {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  return waiting?.message ?? waiting?.reason ?? status?.message ?? null;
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

const randomWord = (): string =>
  Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
