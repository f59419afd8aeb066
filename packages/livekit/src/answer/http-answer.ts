import type { IncomingHttpHeaders } from 'node:http';

/** An HTTP answer as far as it shows who gave it. */
export interface HttpAnswer {
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  /** Beginning of the body, at most `MAX_BODY_BYTES`. */
  body: string;
}

/** The largest answer that is read: livekit-server's is a sentence, that of a proxy a page with its title at the beginning. */
export const MAX_BODY_BYTES = 4_096;

/** Reads no more of the body than shows who answered: one without end must not fill the memory. */
export const readAnswer = async ({ status, headers, body }: Response): Promise<HttpAnswer> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY_BYTES) break;
  }
  return httpAnswer(status, Object.fromEntries(headers), Buffer.concat(chunks));
};

/** An answer whose parts were read elsewhere. */
export const httpAnswer = (
  status: number,
  headers: IncomingHttpHeaders,
  body: Uint8Array | string,
): HttpAnswer => ({
  status,
  headers: Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined
        ? []
        : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  ),
  body: (typeof body === 'string' ? Buffer.from(body) : Buffer.from(body))
    .subarray(0, MAX_BODY_BYTES)
    .toString(),
});
