import type { IncomingHttpHeaders } from 'node:http';

/** The parts of an HTTP answer that show its author. */
export interface HttpAnswer {
  status: number;
  /** Headers by lower-case name. */
  headers: Readonly<Record<string, string>>;
  /** Beginning of the body, at most `MAX_BODY_BYTES`. */
  body: string;
}

/**
 * Number of bytes that are read of an answer: livekit-server answers with a sentence, a proxy with
 * a page whose title is at the beginning.
 */
export const MAX_BODY_BYTES = 4_096;

/**
 * Largest body that is read as a text, bytes: tokens with metadata and SDP have a few kilobytes.
 */
const MAX_TEXT_BYTES = 256 * 1_024;

/** Reads the body of a success; an endless one must not fill the memory. */
export const readText = async ({ body }: Response): Promise<string> =>
  (await beginningOf(body, MAX_TEXT_BYTES)).toString();

/**
 * Reads an answer, with the part of its body that shows the author: an endless body must not fill
 * the memory.
 */
export const readAnswer = async ({ status, headers, body }: Response): Promise<HttpAnswer> =>
  httpAnswer(status, Object.fromEntries(headers), await beginningOf(body, MAX_BODY_BYTES));

/** Reads a body until it has at least this many bytes. */
const beginningOf = async (body: Response['body'], bytes: number): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytes) break;
  }
  return Buffer.concat(chunks);
};

/** Makes an answer of parts that the caller has read. */
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
