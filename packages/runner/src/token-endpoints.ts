import { parseServerUrl, type TokenEndpoint } from '@livekit-swarm/livekit';
import {
  type Connect,
  endpointsOf,
  type ParticipantPlan,
  type Plan,
} from '@livekit-swarm/scenario';
import type { Deployment } from './deployment.ts';
import { readScenarioSecret, type ScenarioReader } from './scenario-reader.ts';

/**
 * Endpoint that issues the token of a participant; undefined: the token is made with the API key.
 */
export type TokenEndpoints = (plan: Pick<ParticipantPlan, 'connect'>) => TokenEndpoint | undefined;

/** Endpoint that roles name, with its headers. */
interface TokenHeaders {
  connect: Connect;
  headers: Record<string, string>;
}

/**
 * Reads the headers of all token endpoints.
 * @throws SwarmError `usage` if a header is missing; its message never contains the header
 */
export const readTokenHeaders = async (
  { scenario }: Pick<Plan, 'scenario'>,
  reader: ScenarioReader,
): Promise<TokenHeaders[]> => {
  const read = new Map<string, TokenHeaders>();
  for (const connect of endpointsOf(scenario))
    if (!read.has(idOf(connect)))
      read.set(idOf(connect), { connect, headers: await readHeaders(connect, reader) });
  return [...read.values()];
};

/**
 * Token endpoints of participants; an answer may name the deployment or one of the servers that the
 * scenario allows.
 */
export const tokenEndpointsFor = (
  read: readonly TokenHeaders[],
  deployment: Pick<Deployment, 'url'>,
): TokenEndpoints => {
  const endpoints = new Map(
    read.map(({ connect, headers }) => [idOf(connect), endpointOf(connect, headers, deployment)]),
  );
  return ({ connect }) => (connect === undefined ? undefined : endpoints.get(idOf(connect)));
};

/**
 * Reads one endpoint of a deployment.
 * @throws SwarmError `usage`
 */
export const readTokenEndpoint = async (
  connect: Connect,
  deployment: Pick<Deployment, 'url'>,
  reader: ScenarioReader,
): Promise<TokenEndpoint> => endpointOf(connect, await readHeaders(connect, reader), deployment);

const readHeaders = async (
  connect: Connect,
  reader: ScenarioReader,
): Promise<Record<string, string>> => {
  const headers: Record<string, string> = {};
  for (const [name, ref] of Object.entries(connect.headers))
    headers[name] = await readScenarioSecret(ref, `header ${name} of ${connect.url}`, reader);
  return headers;
};

const endpointOf = (
  connect: Connect,
  headers: Record<string, string>,
  { url }: Pick<Deployment, 'url'>,
): TokenEndpoint => ({
  url: connect.url,
  headers,
  hosts: [url, ...connect.servers].map((server) => parseServerUrl(server).host),
});

const idOf = (connect: Connect): string => JSON.stringify(connect);
