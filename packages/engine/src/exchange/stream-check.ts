/** Check of a stream that a participant receives. Runs in pages of browsers, too. */
import type { StreamResult } from './exchange-result.ts';
import { HASH, type Hash, SENT_AT } from './stream-marks.ts';

export interface StreamCheckOptions {
  kind: StreamResult['kind'];
  attributes: Readonly<Record<string, string>>;
  hash: Hash;
  onResult(result: StreamResult): void;
}

/** Time without a chunk after which a stream counts as incomplete, ms. */
const LOST_MS = 10_000;

export class StreamCheck {
  readonly #options: StreamCheckOptions;
  #bytes = 0;
  #hasEnded = false;
  #timer: ReturnType<typeof setTimeout>;

  constructor(options: StreamCheckOptions) {
    this.#options = options;
    this.#timer = this.#waitForMore();
  }

  /** Take the next chunk. */
  chunk(content: Uint8Array): void {
    if (this.#hasEnded) return;
    clearTimeout(this.#timer);
    this.#timer = this.#waitForMore();
    this.#bytes += content.length;
    this.#options.hash.update(content);
  }

  /** Note the end. @param isWhole false if chunks are known to be missing */
  async end(isWhole: boolean): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    const { kind, attributes, hash, onResult } = this.#options;
    const ms = Date.now() - Number(attributes[SENT_AT]);
    const isSame = isWhole && (await hash.digest()) === attributes[HASH];
    onResult({ kind, bytes: this.#bytes, ms: isSame && Number.isFinite(ms) ? ms : null });
  }

  /** End without a result. */
  forget(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
  }

  #waitForMore(): ReturnType<typeof setTimeout> {
    return setTimeout(() => void this.end(false), LOST_MS);
  }
}
