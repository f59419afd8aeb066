import { failureOfError, failureOfStatus, notLiveKit, type Rejection } from './rejection.ts';
import { type Signalling, validateEndpoint } from './signal/endpoint.ts';
import { parseServerUrl } from './url.ts';

export interface ValidateRequest {
  /** ws, wss, http or https. */
  url: string;
  token: string;
  timeoutMs: number;
}

export type Validation = { ok: true; signalling: Signalling } | { ok: false; rejection: Rejection };

/**
 * Asks the server over plain HTTP whether it accepts this token, before participants join.
 * @returns the newest signalling version of the server, or why it rejects the token
 * @throws SwarmError `bad_url`
 */
export const validateAdmission = async (request: ValidateRequest): Promise<Validation> => {
  const { http } = parseServerUrl(request.url);
  const v1 = await ask(http, 'v1', request);
  // A server without /rtc/v1 answers 404 there, as any other web server does: /rtc/validate distinguishes them.
  if (v1?.reason !== 'not_livekit')
    return v1 === null ? { ok: true, signalling: 'v1' } : { ok: false, rejection: v1 };
  const v0 = await ask(http, 'v0', request);
  return v0 === null ? { ok: true, signalling: 'v0' } : { ok: false, rejection: v0 };
};

const ask = async (
  base: string,
  signalling: Signalling,
  { token, timeoutMs }: ValidateRequest,
): Promise<Rejection | null> => {
  try {
    const response = await fetch(`${base}${validateEndpoint(signalling)}`, {
      headers: { Authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await readBeginning(response);
    if (response.status !== 200) return failureOfStatus(response.status, body, base);
    return body.trim() === 'success'
      ? null
      : notLiveKit(`${base} answers, but not as livekit-server does`);
  } catch (error) {
    return failureOfError(error, base);
  }
};

/** The largest answer that is read; livekit-server's is a sentence. */
const MAX_BODY_BYTES = 4_096;

/** The beginning of a body: one without end must not fill the memory. */
const readBeginning = async ({ body }: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString();
};
