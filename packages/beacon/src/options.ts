export interface BeaconOptions {
  /** Where the exporter takes reports: `https://…/beacon`. */
  url: string;
  /**
   * The LiveKit token that the room was joined with, or a function that gives one: it is asked again when the token was refused, and every five minutes. Give
   * a function where tokens live shorter than calls.
   */
  token: string | (() => string | Promise<string>);
  /** Between reports, in milliseconds: 10,000 unless told, at least 1,000. */
  intervalMs?: number;
  /** `version` of livekit-client, which cannot be known without importing it. */
  sdkVersion?: string;
  /** `livekit-client` unless told. */
  sdkName?: string;
  /** Reports that are kept while nobody takes them: 30 unless told. The oldest go first. */
  maxQueue?: number;
  /** Told of what goes wrong; nothing is ever thrown. */
  onError?: (error: Error) => void;
}

export interface Settings extends Required<Omit<BeaconOptions, 'sdkVersion' | 'onError'>> {
  sdkVersion: string | undefined;
  onError(problem: unknown): void;
}

const INTERVAL = { usual: 10_000, least: 1_000 } as const;
const MAX_QUEUE = 30;

/** @throws Error where an option makes no sense */
export const settingsOf = (options: BeaconOptions): Settings => {
  const {
    url,
    token,
    intervalMs = INTERVAL.usual,
    sdkName = 'livekit-client',
    sdkVersion,
    maxQueue = MAX_QUEUE,
  } = options;
  if (typeof token !== 'string' && typeof token !== 'function')
    throw new Error('token: a LiveKit token, or a function that gives one');
  if (!(maxQueue >= 1)) throw new Error(`maxQueue: ${maxQueue} is not a number of 1 or more`);
  if (!(intervalMs >= INTERVAL.least))
    throw new Error(`intervalMs: ${intervalMs} is not a number of ${INTERVAL.least} or more`);
  // Relative to the page; throws when it is no address.
  const { href, protocol } = new URL(url, globalThis.document?.baseURI);
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new Error(`url: ${url} is no http or https address`);
  return {
    url: href,
    token,
    intervalMs,
    sdkName,
    sdkVersion,
    maxQueue,
    onError: quietly(options.onError),
  };
};

/** Whatever the application's handler does, it does to itself. */
export const quietly =
  (onError: BeaconOptions['onError']) =>
  (problem: unknown): void => {
    try {
      onError?.(problem instanceof Error ? problem : new Error(String(problem)));
    } catch {}
  };
