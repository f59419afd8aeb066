import { statSync } from 'node:fs';
import { messageOf, usageError } from '@livekit-swarm/settings';
import type { Log } from '../log/log.ts';
import { readText, readWebConfig } from './read-web-config.ts';
import { checkPair, PLAIN, tlsSettings, type WebSettings } from './web-settings.ts';

/** Paths of PEM files. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** Origin of web settings: a web configuration file, a certificate, or nothing. */
export type WebSource = { file: string } | { tls: CertificateFiles } | null;

/** Web settings that follow their files. */
export interface Web {
  readonly current: WebSettings;
  /**
   * Read the files again if one has changed. If they are wrong, the old settings stay in use, and
   * the fault is logged once.
   */
  refresh(): void;
}

export interface WebOptions {
  source: WebSource;
  log: Log;
  /** Called after each reading of the files. */
  onRead?(succeeded: boolean): void;
}

/**
 * Read web settings, and follow their files: they are looked at with each connection and request,
 * as in exporter-toolkit, so that a change is in effect at once, and no timer is needed.
 * @throws SwarmError if the files cannot be used
 */
export const openWeb = ({ source, log, onRead = () => {} }: WebOptions): Web => {
  let { settings, files } = readWeb(source);
  let stamp = stampOf(files);
  onRead(true);
  return {
    get current() {
      return settings;
    },
    refresh: () => {
      const now = stampOf(files);
      if (now === stamp) return;
      stamp = now;
      const seen: string[] = [];
      try {
        const next = readWeb(source, (path) => seen.push(path));
        if ((next.settings.tls === null) !== (settings.tls === null))
          throw usageError('TLS can be switched on and off only by a restart of the exporter');
        ({ settings, files } = next);
        stamp = stampOf(files);
        log.info('certificates and web configuration were read again');
        onRead(true);
      } catch (error) {
        // A file that is named for the first time may be the one to be corrected.
        files = [...new Set([...files, ...seen])];
        stamp = stampOf(files);
        log.error(`${messageOf(error)}; the old certificate and web configuration stay in use`);
        onRead(false);
      }
    },
  };
};

/**
 * Read web settings once.
 * @param onFile called with the path of each file before it is read
 * @throws SwarmError if the files cannot be used
 */
export const readWeb = (
  source: WebSource,
  onFile: (path: string) => void = () => {},
): { settings: WebSettings; files: readonly string[] } => {
  const files: string[] = [];
  const note = (path: string): void => {
    files.push(path);
    onFile(path);
  };
  if (source === null) return { settings: PLAIN, files };
  if ('file' in source) return { settings: readWebConfig(source.file, note), files };
  for (const path of [source.tls.cert, source.tls.key]) note(path);
  const [cert, key] = [readText(source.tls.cert, 'tls'), readText(source.tls.key, 'tls')];
  checkPair(cert, key, `${source.tls.cert} and ${source.tls.key}`);
  return { settings: { ...PLAIN, tls: tlsSettings({ cert, key }) }, files };
};

/** Text that changes with a file: also when a link is turned to another one of the same size. */
const stampOf = (files: readonly string[]): string =>
  files
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false, bigint: true });
      return found === undefined
        ? ''
        : `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
    })
    .join(', ');
