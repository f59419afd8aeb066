import { ApiRejection, apiBase, apiErrorOf, apiTransport } from '@livekit-swarm/livekit';
import type { RoomAccess } from '@livekit-swarm/probe';
import type { Reply } from './attempt.ts';

/** A call of LiveKit's API: service and method of Twirp, and the message. */
export interface ApiCall {
  service: 'RoomService' | 'Ingress' | 'Egress' | 'AgentDispatchService' | 'SIP';
  method: string;
  message: object;
}

export interface ApiReply {
  reply: Reply;
  answer: string;
  /** Message of the answer; null: none. */
  result: unknown;
}

const API_MS = 5_000;
/** Errors of Twirp that the server answers with only after it has looked at the grants. */
const AFTER_GRANTS: ReadonlySet<string | null> = new Set([
  'not_found',
  'already_exists',
  'invalid_argument',
  'failed_precondition',
  'out_of_range',
]);

/** Calls the API with any token. */
export const callApi = async (
  access: RoomAccess,
  token: string,
  { service, method, message }: ApiCall,
): Promise<ApiReply> => {
  try {
    const headers = { Authorization: `Bearer ${token}` };
    const result = await apiTransport(apiBase(access), API_MS).request(
      service,
      method,
      message,
      headers,
    );
    return { reply: 'done', answer: '200', result };
  } catch (error) {
    const { status, code } = error instanceof ApiRejection ? error : { status: null, code: null };
    const isRefused = status === 401 || status === 403;
    return {
      reply: isRefused ? 'refused' : AFTER_GRANTS.has(code) ? 'authorized' : 'unclear',
      answer: status === null ? apiErrorOf(error).message : `${status} ${code ?? ''}`.trim(),
      result: null,
    };
  }
};
