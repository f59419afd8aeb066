/**
 * Limit of messages that wait for one browser; a slower one gets the whole state when it reads
 * again.
 */
const MAX_QUEUED = 2;

interface Browser {
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** True if the browser missed a message, so that the next one must be the whole state. */
  behind: boolean;
}

const encoder = new TextEncoder();

/** One server-sent event (HTML, §9.2.6). JSON has no line breaks. */
export const eventOf = (json: string): Uint8Array => encoder.encode(`data: ${json}\n\n`);

/**
 * Text before the first event: a browser that lost the connection connects again after a second.
 */
const OPENING = encoder.encode('retry: 1000\n\n');

/**
 * Sends the same messages to all browsers that have the page open. No browser slows the run:
 * messages for one that does not read are dropped, and it gets the state of the run when it reads
 * again.
 */
export class LiveFeed {
  readonly #browsers = new Set<Browser>();
  readonly #everything: () => Uint8Array[];

  /** @param everything messages for a new browser: the whole state */
  constructor(everything: () => Uint8Array[]) {
    this.#everything = everything;
  }

  get size(): number {
    return this.#browsers.size;
  }

  /** Opens the stream of one more browser. */
  connect(): ReadableStream<Uint8Array> {
    let browser: Browser | null = null;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          browser = { controller, behind: false };
          this.#browsers.add(browser);
          controller.enqueue(OPENING);
          for (const message of this.#everything()) controller.enqueue(message);
        },
        pull: (controller) => {
          if (browser?.behind !== true) return;
          browser.behind = false;
          for (const message of this.#everything()) controller.enqueue(message);
        },
        cancel: () => {
          if (browser !== null) this.#browsers.delete(browser);
        },
      },
      { highWaterMark: MAX_QUEUED },
    );
  }

  publish(message: Uint8Array): void {
    for (const browser of this.#browsers) {
      const { controller } = browser;
      if ((controller.desiredSize ?? 0) > 0 && !browser.behind) controller.enqueue(message);
      else browser.behind = true;
    }
  }

  /** Ends all streams. */
  close(): void {
    for (const { controller } of this.#browsers) controller.close();
    this.#browsers.clear();
  }
}
