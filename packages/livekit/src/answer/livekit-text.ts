import type { AnswerKind } from './answer-kind.ts';
import type { HttpAnswer } from './http-answer.ts';

/**
 * Texts with which livekit-server 1.11 to 1.13 answers
 * (pkg/service/{auth,utils,rtcservice,errors}.go, pkg/rtc/errors.go, pkg/routing/errors.go,
 * pkg/routing/selector/errors.go; psrpc/errors.go for errors of another node). A text begins the
 * body, or the `msg` of a Twirp error.
 */
const TEXTS: readonly [RegExp, AnswerKind][] = [
  [/^(node has exceeded its configured limit|reached configured limit for node)/, 'server_full'],
  [/^(connection closed by media|room has exceeded its max participants)/, 'room_full'],
  [/^requested room does not exist/, 'room_not_found'],
  [/^(invalid API key|invalid token: |invalid authorization token)/, 'unauthorized'],
  [/^invalid authorization header\. Must start with/, 'authorization_removed'],
  [/^(permissions denied|no permissions to access the room|VideoGrant is missing)/, 'forbidden'],
  [
    /^(join_request is required|cannot decode attributes|cannot base64 decode wrapped join request|cannot unmarshal (wrapped )?join request|join request too large|cannot read decompressed join request)/,
    'bad_request',
  ],
  [
    /^(identity cannot be empty|participant (identity|sid) (cannot be empty|length exceeds limits)|no room name|room name length exceeds limits|(name length|metadata size|attribute size) exceeds limits)/,
    'bad_request',
  ],
  [
    /^(no response from servers|request (timed out|canceled)|timed out while waiting for signal response|could not (find any available nodes|locate the node|find object)|internal error|room has already closed|(stream|client is|server is) closed)/,
    'server_error',
  ],
];

/** Codes of Twirp errors (twirp/errors.go), where the text is not known. */
const TWIRP: Readonly<Record<string, AnswerKind>> = {
  unauthenticated: 'unauthorized',
  permission_denied: 'forbidden',
  bad_route: 'wrong_path',
  not_found: 'bad_request',
  invalid_argument: 'bad_request',
  malformed: 'bad_request',
  out_of_range: 'bad_request',
  already_exists: 'bad_request',
  failed_precondition: 'bad_request',
  resource_exhausted: 'rate_limited',
  canceled: 'server_error',
  unknown: 'server_error',
  deadline_exceeded: 'server_error',
  aborted: 'server_error',
  unimplemented: 'wrong_path',
  internal: 'server_error',
  unavailable: 'server_error',
  dataloss: 'server_error',
};

/** The body may be cut: it is not parsed. */
const TWIRP_ERROR = /^\s*\{\s*"code"\s*:\s*"([a-z_]+)"\s*,\s*"msg"\s*:\s*"((?:[^"\\]|\\.)*)/;

/** Code of a Twirp error, as `not_found`; null: another body. */
export const twirpCodeOf = ({ body }: HttpAnswer): string | null => {
  const code = TWIRP_ERROR.exec(body)?.[1];
  return code !== undefined && code in TWIRP ? code : null;
};

/** Texts that only livekit-server writes. */
export interface LiveKitText {
  kind: AnswerKind;
  text: string;
}

export const liveKitText = ({ body }: HttpAnswer): LiveKitText | null => {
  const [, code = '', message = ''] = TWIRP_ERROR.exec(body) ?? [];
  const ofCode = TWIRP[code];
  const text = ofCode === undefined ? body.trim() : message;
  const kind = TEXTS.find(([known]) => known.test(text))?.[1] ?? ofCode;
  return kind === undefined ? null : { kind, text };
};

/**
 * livekit-server's CORS middleware marks each answer (rs/cors); its own errors are plain text.
 * Proxies pass both on.
 */
export const hasLiveKitHeaders = ({ headers }: HttpAnswer): boolean =>
  /\borigin\b/i.test(headers.vary ?? '') && /^(text\/plain|$)/i.test(headers['content-type'] ?? '');
