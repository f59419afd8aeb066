import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceName } from '@livekit-swarm/catalogue';
import type { Secrets } from './config/live-secret.ts';
import type { Log } from './log/log.ts';
import type { Replaceable } from './replaceable.ts';
import type { ExporterSelf } from './self/exporter-self.ts';
import type { Source, SourceContext } from './source.ts';

/** Sources of one configuration, and the end of watching its secrets. */
interface Generation {
  sources: readonly Source[];
  unwatch(): void;
}

/** Time for running requests to replaced sources, ms: that of a probe, at most. */
const RETIRE_WITHIN_MS = 60_000;

/** Sources of an exporter, which a new configuration replaces as a whole or not at all. */
export class SourceSet {
  readonly #self: ExporterSelf;
  readonly #log: Log;
  readonly #isProtected: () => boolean;
  #sources: readonly Source[] = [];
  #secrets: Secrets | undefined;
  /**
   * Configurations whose sources still run: a source that a reload keeps has the secrets of the
   * configuration that it was made with.
   */
  #generations: Generation[] = [];
  /** Ends of replaced sources that still answer requests. */
  readonly #retiring = new Set<Promise<unknown>>();
  /** Resolved when the exporter stops: no request keeps a replaced source any more. */
  readonly #ending = Promise.withResolvers<void>();

  /** @param isProtected returns true while every client needs a token, a user or a certificate */
  constructor(self: ExporterSelf, log: Log, isProtected: () => boolean) {
    this.#self = self;
    this.#log = log;
    this.#isProtected = isProtected;
  }

  get sources(): readonly Source[] {
    return this.#sources;
  }

  /** Create the first sources. */
  prepare({ sources, secrets }: Replaceable): void {
    this.#sources = sources(this.#self.contextOf, [], this.#isProtected);
    this.#secrets = secrets;
  }

  /** Start the first sources. */
  async start(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.start()));
    this.#add(this.#secrets);
  }

  /**
   * Start sources of a new configuration in place of those that it changes.
   * @param exchange called when they work; resolves when no request needs the old ones any more
   * @returns what happened
   * @throws SwarmError if one cannot work; then nothing has changed
   */
  async replace(
    { sources, secrets }: Replaceable,
    exchange: () => Promise<unknown>,
  ): Promise<string> {
    const old = this.#sources;
    const contexts = new Map<SourceName, SourceContext>();
    const contextOf = (name: SourceName): SourceContext => {
      const context = this.#self.contextOf(name);
      contexts.set(name, context);
      return context;
    };
    const next = sources(contextOf, old, this.#isProtected);
    const added = next.filter((source) => !old.includes(source));
    try {
      await Promise.all(added.map((source) => source.start()));
    } catch (error) {
      await this.#stop(added);
      throw error;
    }
    this.#sources = next;
    this.#add(secrets);
    this.#self.replaceSources(next, contexts);
    const gone = old.filter((source) => !next.includes(source));
    const kept = next.filter((source) => old.includes(source));
    this.#retire(gone, exchange());
    const [current] = this.#generations.slice(-1);
    this.#generations = this.#generations.filter((generation) => {
      if (generation === current) return true;
      generation.sources = generation.sources.filter((source) => next.includes(source));
      if (generation.sources.length === 0) generation.unwatch();
      return generation.sources.length > 0;
    });
    return `the configuration was read again; started: ${listOf(added)}; unchanged: ${listOf(kept)}; ended: ${listOf(gone.filter(({ name }) => !next.some((source) => source.name === name)))}`;
  }

  /** Stop all sources. */
  async stop(): Promise<void> {
    this.#ending.resolve();
    for (const { unwatch } of this.#generations) unwatch();
    this.#generations = [];
    await Promise.all([this.#stop(this.#sources), ...this.#retiring]);
  }

  /** Stop sources when no request needs them, so that a reload ends no running probe. */
  #retire(gone: readonly Source[], unneeded: Promise<unknown>): void {
    const patience = sleep(RETIRE_WITHIN_MS, undefined, { ref: false });
    const retiring = Promise.race([unneeded, patience, this.#ending.promise])
      .then(() => this.#stop(gone))
      .finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }

  #add(secrets: Secrets | undefined): void {
    const unwatch = secrets?.watch(this.#log.of('config')) ?? (() => {});
    this.#generations.push({ sources: this.#sources, unwatch });
  }

  async #stop(sources: readonly Source[]): Promise<void> {
    await Promise.all(
      sources.map((source) =>
        source
          .stop()
          .catch((error: unknown) =>
            this.#log.of(source.name).error(`${String(error)} when it ended`),
          ),
      ),
    );
  }
}

const listOf = (sources: readonly { name: SourceName }[]): string =>
  sources.map(({ name }) => name).join(', ') || 'none';
