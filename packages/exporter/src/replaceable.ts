import type { SourceName } from '@livekit-swarm/catalogue';
import type { Secret, Secrets } from './config/live-secret.ts';
import type { Source, SourceContext } from './source.ts';

/** Part of a configuration that a reload replaces. */
export interface Replaceable {
  /** Tokens, one of which every scraper must send; empty: no token is required. */
  tokens: readonly Secret[];
  /** Secrets to watch while the exporter runs, if they come from files. */
  secrets?: Secrets | undefined;
  /**
   * Create the sources.
   * @param contextOf returns the means of a source to report its own state
   * @param running sources that may be returned again if nothing changed for them
   * @param isProtected returns true while every client needs a token, a user or a certificate
   */
  sources(
    contextOf: (name: SourceName) => SourceContext,
    running: readonly Source[],
    isProtected: () => boolean,
  ): readonly Source[];
}
