import type {
  AgentDispatchClient,
  EgressClient,
  IngressClient,
  RoomServiceClient,
  SipClient,
} from 'livekit-server-sdk';
import { parseServerUrl } from '../url.ts';
import { apiTransport } from './api-transport.ts';

/** A deployment with the API key that its API wants. */
export interface ApiTarget {
  url: string;
  /** Address of the API, where it is not below `url`. */
  apiUrl?: string | undefined;
  apiKey: string;
  apiSecret: string;
}

/** Address of the API, without a slash at the end. @throws SwarmError `bad_url` */
export const apiBase = ({ url, apiUrl }: Pick<ApiTarget, 'url' | 'apiUrl'>): string =>
  parseServerUrl(apiUrl ?? url).http;

/**
 * The SDK is loaded on use: it is a fifth of the modules of a run, and most runs call no service.
 */
const sdk = () => import('livekit-server-sdk');

/**
 * Replaces the transport; the SDK's client signs and encodes.
 * @throws Error where the SDK has none to replace
 */
const withTransport = <Client extends object>(
  client: Client,
  target: ApiTarget,
  timeoutSeconds: number,
): Client => {
  if (!('rpc' in client)) throw new Error('the client of livekit-server-sdk has no rpc');
  const rpc = apiTransport(apiBase(target), Math.max(1, Math.round(timeoutSeconds * 1_000)));
  return Object.defineProperty(client, 'rpc', { value: rpc });
};

/** Client of the room service. The calls of all clients of this file throw ApiRejection. */
export const roomServiceOf = async (
  target: ApiTarget,
  timeoutSeconds: number,
): Promise<RoomServiceClient> => {
  const { RoomServiceClient } = await sdk();
  const client = new RoomServiceClient(apiBase(target), target.apiKey, target.apiSecret);
  return withTransport(client, target, timeoutSeconds);
};

export const egressOf = async (
  target: ApiTarget,
  timeoutSeconds: number,
): Promise<EgressClient> => {
  const { EgressClient } = await sdk();
  const client = new EgressClient(apiBase(target), target.apiKey, target.apiSecret);
  return withTransport(client, target, timeoutSeconds);
};

export const ingressOf = async (
  target: ApiTarget,
  timeoutSeconds: number,
): Promise<IngressClient> => {
  const { IngressClient } = await sdk();
  const client = new IngressClient(apiBase(target), target.apiKey, target.apiSecret);
  return withTransport(client, target, timeoutSeconds);
};

export const agentDispatchOf = async (
  target: ApiTarget,
  timeoutSeconds: number,
): Promise<AgentDispatchClient> => {
  const { AgentDispatchClient } = await sdk();
  const client = new AgentDispatchClient(apiBase(target), target.apiKey, target.apiSecret);
  return withTransport(client, target, timeoutSeconds);
};

export const sipOf = async (target: ApiTarget, timeoutSeconds: number): Promise<SipClient> => {
  const { SipClient } = await sdk();
  const client = new SipClient(apiBase(target), target.apiKey, target.apiSecret);
  return withTransport(client, target, timeoutSeconds);
};
