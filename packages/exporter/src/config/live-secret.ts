import { unwatchFile, watchFile } from 'node:fs';
import { resolve } from 'node:path';
import { readSecret, type SecretReader } from '@livekit-swarm/host';
import type { SecretRef } from '@livekit-swarm/settings';
import { messageOf } from '@livekit-swarm/settings/errors';
import { type Log, logTo } from '../log/log.ts';

/** Secret that may change while the exporter runs. */
export interface Secret {
  readonly current: string;
}

/** Create a secret that never changes. */
export const fixedSecret = (current: string): Secret => ({ current });

const LOOK_EVERY_MS = 2_000;

/** Secrets of a configuration. Those from files are read again when the files change. */
export class Secrets {
  readonly #reader: SecretReader;
  readonly #files = new Map<string, Set<() => Promise<void>>>();
  #log: Log = logTo(() => {});

  constructor(reader: SecretReader) {
    this.#reader = reader;
  }

  /**
   * Read a secret.
   * @param where origin for messages: `exporter.yaml:3:5: token`
   * @param check returns the secret in the form in which it is used, or throws an error that
   * describes the fault
   * @throws SwarmError `usage` if there is no secret, or `check` rejects it
   */
  async read(
    ref: SecretRef,
    where: string,
    check: (value: string) => string = (value) => value,
    dir = this.#reader.dir,
  ): Promise<Secret> {
    const read = async (): Promise<string> =>
      check(await readSecret(ref, where, { ...this.#reader, dir }));
    const secret = { current: await read() };
    if ('file' in ref) {
      const path = resolve(dir, ref.file);
      const renew = async (): Promise<void> => {
        try {
          const value = await read();
          if (value === secret.current) return;
          secret.current = value;
          this.#log.info(`${where}: the secret was read again`);
        } catch (error) {
          this.#log.error(`${messageOf(error)}; the old secret stays in use`);
        }
      };
      this.#files.set(path, (this.#files.get(path) ?? new Set()).add(renew));
    }
    return secret;
  }

  /**
   * Watch the files for changes.
   * @returns a function that ends the watching
   */
  watch(log: Log): () => void {
    this.#log = log;
    const listeners = [...this.#files].map(([path, renewals]) => {
      const changed = (): void => void Promise.all([...renewals].map((renew) => renew()));
      watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, changed);
      return () => unwatchFile(path, changed);
    });
    return () => {
      for (const stop of listeners) stop();
    };
  }
}
