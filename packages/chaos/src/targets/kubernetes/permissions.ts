import { ask, type KubernetesClient } from './client.ts';

export interface Permission {
  verb: string;
  group?: string;
  resource: string;
  subresource?: string;
  /** Null: of the whole cluster. */
  namespace: string | null;
}

/** Permissions in the cluster. Each is asked once. */
export const createPermissionChecks = ({
  authorization,
}: KubernetesClient): ((right: Permission) => Promise<boolean>) => {
  const known = new Map<string, Promise<boolean>>();
  return (right) => {
    const key = JSON.stringify(right);
    const asked = known.get(key) ?? askFor(authorization, right);
    known.set(key, asked);
    // A request that failed may be repeated.
    asked.catch(() => known.delete(key));
    return asked;
  };
};

const askFor = async (
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
  const answer = await ask(
    'check permissions',
    authorization.createSelfSubjectAccessReview({ body }),
  );
  return answer.status?.allowed ?? false;
};
