import type {
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
} from '@kubernetes/client-node';
import { SwarmError } from '@livekit-swarm/settings';
import type { KubernetesSpec } from './spec.ts';

/** What of the API server is asked here. */
export interface KubernetesClient {
  core: CoreV1Api;
  custom: CustomObjectsApi;
  authorization: AuthorizationV1Api;
  /** Given with a patch: what is not in it stays as it is (RFC 7386). */
  merging: NonNullable<Parameters<CoreV1Api['patchNode']>[1]>;
  /** File it was found in; null: the account of the pod that this runs in. */
  kubeconfig: string | null;
  context: string;
}

/** An API server that does not answer in that time, ms, is of no use in a drill. */
const TIMEOUT_MS = 15_000;

/**
 * Finds the cluster as kubectl does. Asks it nothing yet. The client is large, and only those who have such a target load it.
 * @throws SwarmError `cluster_unreachable`
 */
export const connectKubernetes = async (
  order: Pick<KubernetesSpec, 'kubeconfig' | 'context'>,
): Promise<KubernetesClient> => {
  const {
    AuthorizationV1Api,
    CoreV1Api,
    CustomObjectsApi,
    KubeConfig,
    PatchStrategy,
    setHeaderOptions,
  } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const where = order.kubeconfig ?? 'KUBECONFIG, ~/.kube/config and the account of a pod';
  try {
    if (order.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(order.kubeconfig);
  } catch (error) {
    throw noCluster(`no kubeconfig can be read from ${where}: ${sayError(error)}`, error);
  }
  const { context = config.getCurrentContext() } = order;
  if (config.getContextObject(context) === null) {
    const known = config.getContexts().map(({ name }) => name);
    throw noCluster(
      `there is no context "${context}" in ${where}; there is ${known.join(', ') || 'none'}`,
    );
  }
  config.setCurrentContext(context);
  // What the client takes when it has found nothing.
  if (order.kubeconfig === undefined && isMadeUp(config))
    throw noCluster(`there is no kubeconfig: neither ${where}`);
  return {
    core: config.makeApiClient(CoreV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
    authorization: config.makeApiClient(AuthorizationV1Api),
    merging: setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    kubeconfig: context === IN_CLUSTER ? null : (order.kubeconfig ?? fileOf()),
    context,
  };
};

/** As the client calls what it makes from a pod's own account. */
const IN_CLUSTER = 'inClusterContext';

const isMadeUp = (config: KubeConfig): boolean =>
  config.getCurrentContext() === 'loaded-context' &&
  config.getCurrentCluster()?.server === 'http://localhost:8080';

/** The first file of KUBECONFIG, or the usual one: where whoever heals finds it again. */
const fileOf = (): string | null => {
  const [named] = (process.env.KUBECONFIG ?? '').split(':').filter((file) => file !== '');
  return named ?? (process.env.HOME === undefined ? null : `${process.env.HOME}/.kube/config`);
};

const noCluster = (message: string, cause?: unknown): SwarmError =>
  new SwarmError(
    'cluster_unreachable',
    message,
    'give the kubeconfig and the context of the cluster',
    {
      cause,
    },
  );

/** Status of an answer that was no good; null when there was none. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;

/** Null for what is not there (404). */
export const orNull = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (statusOf(error) === NOT_FOUND) return null;
    throw error;
  }
};

const NOT_FOUND = 404;

/** @param what was asked for, to go behind "the cluster does not let us": `delete livekit-0` @throws SwarmError `refused`, `cluster_unreachable` */
export const ask = async <T>(what: string, asked: Promise<T>): Promise<T> => {
  const timer = Promise.withResolvers<never>();
  const late = setTimeout(
    () =>
      timer.reject(
        new SwarmError(
          'cluster_unreachable',
          `the cluster did not answer within ${TIMEOUT_MS / 1_000} s: ${what}`,
        ),
      ),
    TIMEOUT_MS,
  );
  try {
    return await Promise.race([asked, timer.promise]);
  } catch (error) {
    if (error instanceof SwarmError) throw error;
    const status = statusOf(error);
    const said = messageOf(error) ?? sayError(error);
    if (status === null)
      throw new SwarmError(
        'cluster_unreachable',
        `the cluster does not answer: ${said}`,
        'see "kubectl get pods"',
        { cause: error },
      );
    const hint =
      status === 401 || status === 403
        ? 'examples/kubernetes/chaos-rbac.yaml has the rights that drills need'
        : null;
    throw new SwarmError('rejected', `the cluster does not let us ${what}: ${said}`, hint, {
      cause: error,
    });
  } finally {
    clearTimeout(late);
  }
};

/** What a Status object says, which the client leaves as text or as an object. */
const messageOf = (error: unknown): string | null => {
  if (!(error instanceof Error) || !('body' in error)) return null;
  try {
    const body: unknown = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
    return typeof body === 'object' && body !== null && 'message' in body
      ? String(body.message)
      : null;
  } catch {
    return null;
  }
};

const sayError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};
