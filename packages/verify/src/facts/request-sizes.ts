import { type AnswerKind, classifyAnswer, type Product, readAnswer } from '@livekit-swarm/livekit';

/** Sizes that are tried, bytes: limits of proxies are powers of two. */
const SIZES = [2_048, 4_096, 8_192, 16_384] as const;
const ANSWER_MS = 5_000;

/**
 * Part of a request that is padded: the URL, which contains token and join request of a browser, or
 * a header, which contains the token of other SDKs.
 */
export type PaddedPart = 'url' | 'header';

/** Largest request that reaches livekit-server. */
export interface PassingSize {
  part: PaddedPart;
  /**
   * Size of the URL's path and query, or of one header line, bytes; 0: less than the smallest size
   * that was tried.
   */
  passes: number;
  /** Smallest size that did not pass, bytes, its answer and the reason; null: all passed. */
  refused: { size: number; answer: string; reason: SizeReason } | null;
  /** Program that refused the request or relayed the answer; null: unknown. */
  proxy: Product | null;
}

/** Reason why a request did not pass. `connection_closed`: without an answer. */
export type SizeReason = AnswerKind | 'connection_closed';

interface Answer {
  /** Status and beginning of the body: two answers of one program to the same request are equal. */
  text: string;
  reason: SizeReason;
  proxy: Product | null;
}

/**
 * Measures the largest sizes that pass: sends growing padding, which livekit-server ignores, to
 * `/rtc/validate`, which changes nothing. A different answer is that of a proxy.
 * @param extra sizes to try in addition to the usual ones
 * @throws Error if the request without padding gets no answer
 */
export const measureRequestSizes = async (
  base: string,
  token: string,
  extra: Readonly<Record<PaddedPart, number>>,
): Promise<PassingSize[]> => {
  const plain = await ask(base, token, null);
  const measured: PassingSize[] = [];
  for (const part of ['url', 'header'] as const) {
    const sizes = [...new Set([...SIZES, extra[part]])].sort((a, b) => a - b);
    measured.push(await measure(part, sizes, plain, (size) => ask(base, token, { part, size })));
  }
  return measured;
};

const measure = async (
  part: PaddedPart,
  sizes: readonly number[],
  plain: Answer,
  askPadded: (size: number) => Promise<Answer>,
): Promise<PassingSize> => {
  let passes = 0;
  for (const size of sizes) {
    const refusal = await refusalOf(plain, () => askPadded(size));
    if (refusal !== null) {
      const { text: answer, reason, proxy } = refusal;
      return { part, passes, refused: { size, answer, reason }, proxy };
    }
    passes = size;
  }
  return { part, passes, refused: null, proxy: plain.proxy };
};

/**
 * Sends a request twice, because a server that restarts refuses once.
 * @returns the answer of the proxy; null: the request passed
 */
const refusalOf = async (plain: Answer, ask: () => Promise<Answer>): Promise<Answer | null> => {
  let last: Answer = plain;
  for (let attempt = 0; attempt < 2; attempt++) {
    last = await ask().catch(closed);
    if (last.text === plain.text) return null;
  }
  return last;
};

const closed = (error: unknown): Answer => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return { text: code, reason: 'connection_closed', proxy: null };
};

const ask = async (
  base: string,
  token: string,
  padding: { part: PaddedPart; size: number } | null,
): Promise<Answer> => {
  const { pathname } = new URL(`${base}/rtc/validate`);
  const fill = (used: number): string => 'x'.repeat(Math.max(0, (padding?.size ?? 0) - used));
  const query = '?swarm_padding=';
  const response = await fetch(
    `${base}/rtc/validate${padding?.part === 'url' ? `${query}${fill(pathname.length + query.length)}` : ''}`,
    {
      headers: {
        Authorization: `Bearer ${token}`,
        ...(padding?.part === 'header' && {
          [PADDING_HEADER]: fill(PADDING_HEADER.length + ': '.length),
        }),
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    },
  );
  const received = await readAnswer(response);
  const { product, said, kind } = classifyAnswer(received, { url: base });
  const text = `HTTP ${received.status}${said === '' ? '' : `: ${said}`}`;
  return { text, reason: kind, proxy: product };
};

const PADDING_HEADER = 'X-Swarm-Padding';
