import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Lease, V1LeaseSpec } from '@kubernetes/client-node';
import { hasErrorCode, messageOf, SwarmError } from '@livekit-swarm/settings';
import { callCluster, type KubernetesClient, orNull, statusOf } from '../kubernetes/client.ts';
import { MANAGED_BY } from '../kubernetes/reservation.ts';
import { type HeldLock, type LockPurpose, lockedError, lostError, WAITS_S } from './host-lock.ts';

/** Time without a renewal after which the lock is free, seconds. */
const EXPIRES_AFTER_S = 40;
const RENEW_EVERY_MS = (EXPIRES_AFTER_S * 1_000) / 3;
const RETRY_AFTER_MS = 2_000;
const POLL_MS = 1_000;
/**
 * Longest wait for a lease without renewals, s: it expires meanwhile, unless another program wrote
 * it.
 */
const WAITS_FOR_EXPIRY_S = 2 * EXPIRES_AFTER_S;
const FORBIDDEN = 403;
const CONFLICT = 409;

/**
 * A lease that this process wrote, and when the renewal in it was requested, by `performance.now`.
 */
interface Renewed {
  lease: V1Lease;
  at: number;
}

/**
 * Excludes other drills (or rollbacks) in a namespace, from any host that reaches the cluster, by a
 * Lease, as controllers use it for leader election. Its owner renews it. Another process takes it
 * over after its duration without a renewal, measured by its own clock, because clocks of hosts
 * differ: a drill waits for that, and is refused as soon as it has seen a renewal.
 * @param where name of the namespace and cluster, for messages
 * @throws SwarmError `deployment_locked`; `fault_unavailable` without the permission
 */
export const lockNamespace = async (
  client: Pick<KubernetesClient, 'coordination'>,
  namespace: string,
  purpose: LockPurpose,
  where: string,
): Promise<HeldLock> => {
  const leases = await openLeases(client, namespace, purpose, where);
  let renewed = await acquire(leases, purpose, where);
  let lost: string | null = null;
  let missed = 'no answer yet';

  /** @returns time until the next renewal, ms */
  const renew = async (): Promise<number> => {
    const at = performance.now();
    try {
      const lease = await leases.renew(renewed.lease);
      if (lease !== null) {
        renewed = { lease, at };
        return RENEW_EVERY_MS;
      }
      // A request that was abandoned may have arrived later: then this process still owns the
      // lease.
      const current = await leases.read();
      if (current !== null && leases.isOwn(current)) renewed = { ...renewed, lease: current };
      else lost = lossText(current);
    } catch (error) {
      // The next renewal may succeed; `assertHeld` measures the time since the last success.
      missed = messageOf(error);
    }
    return RETRY_AFTER_MS;
  };
  let timer: NodeJS.Timeout | undefined;
  let renewing: Promise<void> | null = null;
  let isReleased = false;
  const renewAfter = (ms: number): void => {
    timer = setTimeout(() => {
      renewing = renew().then((next) => {
        if (!isReleased && lost === null) renewAfter(next);
      });
    }, ms);
    timer.unref();
  };
  renewAfter(RENEW_EVERY_MS);

  return {
    assertHeld: () => {
      if (performance.now() - renewed.at > EXPIRES_AFTER_S * 1_000) lost ??= missed;
      if (lost !== null) throw lostError(purpose, where, lost);
    },
    [Symbol.asyncDispose]: async () => {
      isReleased = true;
      clearTimeout(timer);
      await renewing;
      try {
        await leases.release(renewed.lease);
      } catch (error) {
        // The locked work is complete, and the lease expires.
        if (!hasErrorCode(error, 'rejected', 'cluster_unreachable', 'fault_unavailable'))
          throw error;
      }
    },
  };
};

/** Waits for the owner of the lease, or for its expiry. @throws SwarmError `deployment_locked` */
const acquire = async (leases: Leases, purpose: LockPurpose, where: string): Promise<Renewed> => {
  const startedAt = performance.now();
  let seen = { spec: '', at: startedAt };
  let isAlive = false;
  for (;;) {
    const current = await leases.read();
    const now = performance.now();
    const spec = JSON.stringify(current?.spec ?? {});
    if (seen.spec !== spec) {
      isAlive = seen.spec !== '';
      seen = { spec, at: now };
    }
    const expiresAfterMs = (current?.spec?.leaseDurationSeconds ?? EXPIRES_AFTER_S) * 1_000;
    if (current === null || holderOf(current) === null || now - seen.at > expiresAfterMs) {
      const lease = await leases.take(current);
      if (lease !== null) return { lease, at: now };
      // Another process was quicker: the next response names it.
    } else if (now - startedAt >= (isAlive ? WAITS_S[purpose] : WAITS_FOR_EXPIRY_S) * 1_000) {
      throw lockedError(purpose, where, {
        name: `${holderOf(current)}${sinceText(current)}`,
        hint: `wait until it is over: ${leases.shownBy}`,
      });
    }
    await sleep(POLL_MS);
  }
};

const lossText = (current: V1Lease | null): string => {
  if (current === null) return 'its lease was deleted';
  const holder = holderOf(current);
  return holder === null ? 'its lease was cleared' : `its lease was taken by ${holder}`;
};

/** Name of the holder; null: the lease is free. */
const holderOf = ({ spec }: V1Lease): string | null => spec?.holderIdentity || null;

/**
 * Text of the time since which the lease is held. The client returns this time as text, unlike its
 * type.
 */
const sinceText = ({ spec }: V1Lease): string => {
  const since = new Date(spec?.acquireTime ?? Number.NaN);
  return Number.isNaN(since.getTime()) ? '' : `, since ${since.toISOString()}`;
};

/** Requests on one lease. Those that write return null when another process was quicker. */
interface Leases {
  /** Command that shows the lease. */
  shownBy: string;
  /** Reads the lease; null: it does not exist. */
  read(): Promise<V1Lease | null>;
  /** @param current the lease to replace, in exactly this version; null: none */
  take(current: V1Lease | null): Promise<V1Lease | null>;
  renew(own: V1Lease): Promise<V1Lease | null>;
  /** Removes the holder of a lease, which needs no permission to delete leases. */
  release(own: V1Lease): Promise<V1Lease | null>;
  isOwn(lease: V1Lease): boolean;
}

const openLeases = async (
  { coordination }: Pick<KubernetesClient, 'coordination'>,
  namespace: string,
  purpose: LockPurpose,
  where: string,
): Promise<Leases> => {
  const { V1MicroTime } = await import('@kubernetes/client-node');
  const name = leaseName(purpose);
  const holder = `${hostname()}_${process.pid}_${randomBytes(4).toString('hex')}`;

  const request = async (
    what: string,
    response: Promise<V1Lease | null>,
  ): Promise<V1Lease | null> => {
    try {
      return await callCluster(`${what} the lease ${name}`, response);
    } catch (error) {
      const status = error instanceof Error ? statusOf(error.cause) : null;
      if (status === CONFLICT) return null;
      if (status !== FORBIDDEN || !(error instanceof Error)) throw error;
      throw new SwarmError(
        'fault_unavailable',
        `${where} cannot be locked against other drills: ${error.message}`,
        `allow the account, in ${namespace}, to create leases (coordination.k8s.io), and to get and update ${leaseName('drill')} and ${leaseName('rollback')}: the rules for leases in examples/kubernetes/chaos-rbac.yaml`,
        { cause: error },
      );
    }
  };

  const write = (current: V1Lease | null, spec: V1LeaseSpec): Promise<V1Lease | null> => {
    const kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    if (current === null) {
      const body = { ...kind, metadata: { name, namespace, labels: { ...MANAGED_BY } }, spec };
      return request('create', coordination.createNamespacedLease({ namespace, body }));
    }
    // The body has the version that was read: the API server refuses it when a newer one exists.
    const body = { ...kind, ...(current.metadata && { metadata: current.metadata }), spec };
    return request(
      'update',
      orNull(coordination.replaceNamespacedLease({ name, namespace, body })),
    );
  };

  return {
    shownBy: `"kubectl get lease ${name} -n ${namespace} -o yaml" shows who has it`,
    read: () => request('read', orNull(coordination.readNamespacedLease({ name, namespace }))),
    take: (current) => {
      const now = new V1MicroTime(Date.now());
      return write(current, {
        ...{ holderIdentity: holder, leaseDurationSeconds: EXPIRES_AFTER_S },
        ...{ acquireTime: now, renewTime: now },
        leaseTransitions: (current?.spec?.leaseTransitions ?? -1) + 1,
      });
    },
    renew: (own) => write(own, { ...own.spec, renewTime: new V1MicroTime(Date.now()) }),
    release: (own) => write(own, { leaseTransitions: own.spec?.leaseTransitions ?? 0 }),
    isOwn: ({ spec }) => spec?.holderIdentity === holder,
  };
};

const leaseName = (purpose: LockPurpose): string => `livekit-swarm-chaos-${purpose}`;
