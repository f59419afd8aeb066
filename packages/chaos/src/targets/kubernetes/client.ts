import type {
  Attach,
  AuthorizationV1Api,
  AutoscalingV2Api,
  BatchV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  KubeConfig,
} from '@kubernetes/client-node';
import { SwarmError } from '@livekit-swarm/settings';
import type { KubernetesSpec } from './spec.ts';

/** Used part of the Kubernetes API. */
export interface KubernetesClient {
  core: CoreV1Api;
  batch: BatchV1Api;
  custom: CustomObjectsApi;
  coordination: CoordinationV1Api;
  authorization: AuthorizationV1Api;
  autoscaling: AutoscalingV2Api;
  attach: Attach;
  discovery: DiscoveryV1Api;
  /** Path of the kubeconfig; null: the service account of the pod of this process. */
  kubeconfig: string | null;
  context: string;
}

/** Time limit of a request, ms: a slower API server is of no use in a drill. */
export const REQUEST_WITHIN_MS = 15_000;

/**
 * Finds the cluster as kubectl does, without a request. Loads the client, which is large, on use.
 * @throws SwarmError `cluster_unreachable`
 */
export const connectKubernetes = async (
  spec: Pick<KubernetesSpec, 'kubeconfig' | 'context'>,
): Promise<KubernetesClient> => {
  const {
    Attach,
    AuthorizationV1Api,
    AutoscalingV2Api,
    BatchV1Api,
    CoordinationV1Api,
    CoreV1Api,
    CustomObjectsApi,
    DiscoveryV1Api,
    KubeConfig,
  } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const where = spec.kubeconfig ?? 'KUBECONFIG, ~/.kube/config and the account of a pod';
  try {
    if (spec.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(spec.kubeconfig);
  } catch (error) {
    throw noCluster(`no kubeconfig can be read from ${where}: ${errorText(error)}`, error);
  }
  const { context = config.getCurrentContext() } = spec;
  if (config.getContextObject(context) === null) {
    const known = config.getContexts().map(({ name }) => name);
    throw noCluster(
      `context "${context}" not found in ${where}; available: ${known.join(', ') || 'none'}`,
    );
  }
  config.setCurrentContext(context);
  // The client returns this default when it finds no configuration.
  if (spec.kubeconfig === undefined && isPlaceholder(config))
    throw noCluster(`no kubeconfig found in ${where}`);
  return {
    core: config.makeApiClient(CoreV1Api),
    batch: config.makeApiClient(BatchV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
    coordination: config.makeApiClient(CoordinationV1Api),
    authorization: config.makeApiClient(AuthorizationV1Api),
    autoscaling: config.makeApiClient(AutoscalingV2Api),
    attach: new Attach(config),
    discovery: config.makeApiClient(DiscoveryV1Api),
    kubeconfig: context === IN_CLUSTER ? null : (spec.kubeconfig ?? fileOf()),
    context,
  };
};

/** Name of the context that the client gives to a pod's service account. */
const IN_CLUSTER = 'inClusterContext';

const isPlaceholder = (config: KubeConfig): boolean =>
  config.getCurrentContext() === 'loaded-context' &&
  config.getCurrentCluster()?.server === 'http://localhost:8080';

/** Path of the first file of KUBECONFIG, or the default, by which a rollback finds it again. */
const fileOf = (): string | null => {
  const [named] = (process.env.KUBECONFIG ?? '').split(':').filter((file) => file !== '');
  return named ?? (process.env.HOME === undefined ? null : `${process.env.HOME}/.kube/config`);
};

const noCluster = (message: string, cause?: unknown): SwarmError =>
  new SwarmError(
    'cluster_unreachable',
    message,
    'give the kubeconfig and the context of the cluster',
    { cause },
  );

/** HTTP status of a failed request; null without a response. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;

/** Result of a request; null for an object that does not exist (404). */
export const orNull = async <T>(response: Promise<T>): Promise<T | null> => {
  try {
    return await response;
  } catch (error) {
    if (statusOf(error) === NOT_FOUND) return null;
    throw error;
  }
};

const NOT_FOUND = 404;

/**
 * @param what request, for messages: `delete livekit-0`
 * @throws SwarmError `rejected`, `cluster_unreachable`
 */
export const callCluster = async <T>(what: string, response: Promise<T>): Promise<T> => {
  const timer = Promise.withResolvers<never>();
  const late = setTimeout(
    () =>
      timer.reject(
        new SwarmError(
          'cluster_unreachable',
          `the cluster did not answer within ${REQUEST_WITHIN_MS / 1_000} s: ${what}`,
        ),
      ),
    REQUEST_WITHIN_MS,
  );
  try {
    return await Promise.race([response, timer.promise]);
  } catch (error) {
    if (error instanceof SwarmError) throw error;
    const status = statusOf(error);
    const message = messageOf(error) ?? errorText(error);
    if (status === null)
      throw new SwarmError(
        'cluster_unreachable',
        `the cluster does not answer: ${message}`,
        'see "kubectl get pods"',
        { cause: error },
      );
    const hint =
      status === 401 || status === 403
        ? 'examples/kubernetes/chaos-rbac.yaml lists the permissions that drills need'
        : null;
    throw new SwarmError(
      'rejected',
      `the cluster rejected the request (${what}): ${message}`,
      hint,
      { cause: error },
    );
  } finally {
    clearTimeout(late);
  }
};

/** Message of a Status object, which the client leaves as text or as an object. */
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

const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};

export interface Permission {
  verb: string;
  group?: string;
  resource: string;
  subresource?: string;
  /** Namespace; null: the whole cluster. */
  namespace: string | null;
}

/** Checks of permissions in the cluster, each asked once. */
export const createPermissionChecks = ({
  authorization,
}: KubernetesClient): ((right: Permission) => Promise<boolean>) => {
  const known = new Map<string, Promise<boolean>>();
  return (right) => {
    const key = JSON.stringify(right);
    const asked = known.get(key) ?? reviewAccess(authorization, right);
    known.set(key, asked);
    // A request that failed may be repeated.
    asked.catch(() => known.delete(key));
    return asked;
  };
};

const reviewAccess = async (
  authorization: KubernetesClient['authorization'],
  right: Permission,
): Promise<boolean> => {
  const { verb, group = '', resource, subresource, namespace } = right;
  const resourceAttributes = {
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === null ? {} : { namespace }),
  };
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const answer = await callCluster(
    'check permissions',
    authorization.createSelfSubjectAccessReview({ body }),
  );
  return answer.status?.allowed ?? false;
};
