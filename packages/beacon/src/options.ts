export interface BeaconOptions {
  /** URL of the exporter: `https://…/beacon`. */
  url: string;
  /**
   * The LiveKit token of the room, or a function that returns one: it is called again after the
   * token was rejected, and every five minutes. Use a function if tokens expire before sessions
   * end.
   */
  token: string | (() => string | Promise<string>);
  /** Interval of reports in milliseconds, at least 1,000. Default: 10,000. */
  intervalMs?: number;
  /** `version` of livekit-client, which is not available without importing it. */
  sdkVersion?: string;
  /** Name of the SDK. Default: `livekit-client`. */
  sdkName?: string;
  /**
   * Reports to queue while the exporter is not reachable; the oldest are dropped first. Default:
   * 30.
   */
  maxQueue?: number;
  /** Receives every error; nothing is thrown. */
  onError?: (error: Error) => void;
}

export interface Settings extends Required<Omit<BeaconOptions, 'sdkVersion' | 'onError'>> {
  sdkVersion: string | undefined;
  onError(problem: unknown): void;
}

const INTERVAL = { default: 10_000, min: 1_000 } as const;
const MAX_QUEUE = 30;

/**
 * Checks options and fills in defaults.
 * @throws Error if an option is invalid
 */
export const settingsOf = (options: BeaconOptions): Settings => {
  const {
    url,
    token,
    intervalMs = INTERVAL.default,
    sdkName = 'livekit-client',
    sdkVersion,
    maxQueue = MAX_QUEUE,
  } = options;
  if (typeof token !== 'string' && typeof token !== 'function')
    throw new Error('token: must be a LiveKit token, or a function that returns one');
  if (!(maxQueue >= 1)) throw new Error(`maxQueue: ${maxQueue} is not a number of 1 or more`);
  if (!(intervalMs >= INTERVAL.min))
    throw new Error(`intervalMs: ${intervalMs} is not a number of ${INTERVAL.min} or more`);
  // The URL may be relative to the page; text that is not a URL throws.
  const { href, protocol } = new URL(url, globalThis.document?.baseURI);
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new Error(`url: ${url} is not an http or https URL`);
  return {
    url: href,
    token,
    intervalMs,
    sdkName,
    sdkVersion,
    maxQueue,
    onError: ignoringErrors(options.onError),
  };
};

/** Wraps the application's error handler, whose own errors are ignored. */
export const ignoringErrors =
  (onError: BeaconOptions['onError']) =>
  (problem: unknown): void => {
    try {
      onError?.(problem instanceof Error ? problem : new Error(String(problem)));
    } catch {}
  };
