import { type Check, type CheckResult, found, passed } from '../check.ts';
import { isService, notSearched, type OpenService } from '../facts/open-services.ts';
import { readBody } from './read-body.ts';

/**
 * Result of the check.
 * @param throughProxy answer of the signalling URL's /metrics; null: no answer with status 200
 */
export const metricsRule = (
  throughProxy: string | null,
  url: string,
  services: readonly OpenService[] | null,
): CheckResult => {
  const open = (services ?? [])
    .filter(({ kind }) => kind === 'metrics')
    .map(({ address, port }) => `http://${address}:${port}/metrics answers without a password`);
  if (throughProxy !== null && isService('metrics', throughProxy))
    open.push(`${url}/metrics answers without a password`);
  return open.length === 0
    ? passed('no metrics are shown to users', ...notSearched(services))
    : found('error', open);
};

export const metricsPort: Check = {
  id: 'metrics-port',
  title: 'Metrics do not answer users',
  severities: ['error'],
  cause:
    'prometheus.port is published, or the proxy passes /metrics on: strangers see how many rooms and users there are, and when',
  fix: 'close the port in the firewall, remove the route from the proxy, or set prometheus.username and prometheus.password',
  needs: ['tls'],
  run: async ({ url, openServices }) =>
    metricsRule(await readBody(`${url.http}/metrics`), url.http, await openServices()),
};
