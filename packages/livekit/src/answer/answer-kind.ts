import type { ErrorCode, ProxyAnswer } from '@livekit-swarm/settings';

/** Meaning of an answer that is not a success, and the reason under which reports count it. */
export type AnswerKind = Extract<
  ErrorCode,
  | ProxyAnswer
  // Answers of livekit-server only.
  | 'unauthorized'
  | 'forbidden'
  | 'room_not_found'
  | 'room_full'
  | 'server_full'
  // Answers of livekit-server or of a proxy.
  | 'bad_request'
  | 'rate_limited'
  | 'server_error'
  // Answers of a program in front, or in the place, of livekit-server.
  | 'bad_gateway'
  | 'not_livekit'
>;
