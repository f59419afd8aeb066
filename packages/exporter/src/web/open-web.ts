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
  /**
   * Check changed settings.
   * @throws SwarmError if they must not replace the old ones
   */
  check?(changed: WebSettings): void;
}

/**
 * Read web settings, and follow their files: they are looked at with each connection and request,
 * as in exporter-toolkit, so that a change is in effect at once, and no timer is needed.
 * @throws SwarmError if the files cannot be used
 */
export const openWeb = ({ source, log, onRead = () => {}, check = () => {} }: WebOptions): Web => {
  /**
   * Stamps of the files. Each is taken before its file is read: what is written meanwhile, such as
   * the key after its certificate, is read with the next connection.
   */
  let stamps = new Map<string, string>();
  let settings = readWeb(source, (path) => stamps.set(path, stampOf(path)));
  onRead(true);
  return {
    get current() {
      return settings;
    },
    refresh: () => {
      const now = new Map([...stamps.keys()].map((path) => [path, stampOf(path)]));
      if ([...stamps].every(([path, stamp]) => now.get(path) === stamp)) return;
      const seen = new Map<string, string>();
      try {
        const next = readWeb(source, (path) => seen.set(path, stampOf(path)));
        if ((next.tls === null) !== (settings.tls === null))
          throw usageError('TLS can be switched on and off only by a restart of the exporter');
        check(next);
        settings = next;
        stamps = seen;
        log.info('certificates and web configuration were read again');
        onRead(true);
      } catch (error) {
        // A file that is named for the first time may be the one to be corrected.
        stamps = new Map([...now, ...seen]);
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
): WebSettings => {
  if (source === null) return PLAIN;
  if ('file' in source) return readWebConfig(source.file, onFile);
  for (const path of [source.tls.cert, source.tls.key]) onFile(path);
  const [cert, key] = [readText(source.tls.cert, 'tls'), readText(source.tls.key, 'tls')];
  checkPair(cert, key, `${source.tls.cert} and ${source.tls.key}`);
  return { ...PLAIN, tls: tlsSettings({ cert, key }) };
};

/**
 * Text that changes with a file: also when a link is turned to another one of the same size. A file
 * that cannot be looked at has the reason: it is read, and that error is reported.
 */
const stampOf = (path: string): string => {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
};
