import { parseServerUrl, type TokenEndpoint } from '@livekit-swarm/livekit';
import {
  type Connect,
  endpointsOf,
  type ParticipantPlan,
  type Plan,
} from '@livekit-swarm/scenario';
import type { Deployment } from './deployment.ts';
import { readScenarioSecret, type ScenarioReader } from './scenario-reader.ts';

/** Where a participant asks for its token; undefined: its token is made with the API key. */
export type TokenEndpoints = (plan: Pick<ParticipantPlan, 'connect'>) => TokenEndpoint | undefined;

/**
 * Reads the headers of the endpoints that roles name. Workers receive them as they receive tokens; the record only has where they are.
 * @throws SwarmError `usage` when one is missing; never repeats it
 */
export const readTokenEndpoints = async (
  { scenario }: Pick<Plan, 'scenario'>,
  { url }: Pick<Deployment, 'url'>,
  reader: ScenarioReader,
): Promise<TokenEndpoints> => {
  const endpoints = new Map<string, TokenEndpoint>();
  for (const connect of endpointsOf(scenario)) {
    if (endpoints.has(idOf(connect))) continue;
    endpoints.set(idOf(connect), await readTokenEndpoint(connect, { url }, reader));
  }
  return ({ connect }) => (connect === undefined ? undefined : endpoints.get(idOf(connect)));
};

/** The same for one endpoint. @throws SwarmError `usage` */
export const readTokenEndpoint = async (
  connect: Connect,
  { url }: Pick<Deployment, 'url'>,
  reader: ScenarioReader,
): Promise<TokenEndpoint> => {
  const headers: Record<string, string> = {};
  for (const [name, ref] of Object.entries(connect.headers))
    headers[name] = await readScenarioSecret(ref, `header ${name} of ${connect.url}`, reader);
  const hosts = [url, ...connect.servers].map((server) => parseServerUrl(server).host);
  return { url: connect.url, headers, hosts };
};

const idOf = (connect: Connect): string => JSON.stringify(connect);
