import type { ErrorCode } from '@livekit-swarm/settings';

/** Meaning of an answer that is not a success, and the reason under which reports count it. */
export type AnswerKind = Extract<
  ErrorCode,
  // Answers of livekit-server only.
  | 'unauthorized'
  | 'forbidden'
  | 'room_not_found'
  | 'room_full'
  | 'server_full'
  | 'authorization_removed'
  | 'wrong_path'
  | 'upgrade_removed'
  // Answers of livekit-server or of a proxy.
  | 'bad_request'
  | 'rate_limited'
  | 'server_error'
  // Answers of a program in front, or in the place, of livekit-server.
  | 'bad_gateway'
  | 'redirected'
  | 'login_required'
  | 'bot_check'
  | 'header_too_large'
  | 'url_too_long'
  | 'tls_required'
  | 'blocked'
  | 'web_page'
  | 'not_livekit'
>;
