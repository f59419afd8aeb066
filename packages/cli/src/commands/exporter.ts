import { isatty } from 'node:tty';
import {
  createLog,
  type LogFormat,
  type LogLevel,
  type SettingsFlags,
  startConfiguredExporter,
} from '@livekit-swarm/exporter';
import { watchInterruption } from '@livekit-swarm/host';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import { readRevision } from '../revision.ts';
import { untilAborted } from '../until-aborted.ts';
import { VERSION } from '../version.ts';

export interface ExporterFlags extends Omit<SettingsFlags, 'webListenAddress' | 'webConfigFile'> {
  'web.listenAddress': string[];
  'web.config.file'?: string;
  'log.level'?: LogLevel;
  'log.format'?: LogFormat;
  /** Lines for the log on what is taken from `swarm.yaml`. */
  folderSettingsLines?: readonly string[];
}

/** `swarm exporter`: serves metrics until it is stopped. */
export const exporterCommand = async (
  {
    'web.listenAddress': webListenAddress,
    'web.config.file': webConfigFile,
    'log.level': level = 'info',
    'log.format': format = 'logfmt',
    folderSettingsLines = [],
    ...flags
  }: ExporterFlags,
  { stderr, env }: Console,
): Promise<ExitCode> => {
  const hangUp = Promise.withResolvers<void>();
  let reload = (): void => {};
  const onHangUp = (): void => {
    if (hasTerminalClosed()) hangUp.resolve();
    else reload();
  };
  const interruption = watchInterruption({
    on: (event, listener) => process.on(event, event === 'SIGHUP' ? onHangUp : listener),
    off: (event, listener) => process.off(event, event === 'SIGHUP' ? onHangUp : listener),
  });
  const log = createLog({ level, format, write: (line) => void stderr.write(line) });
  for (const line of folderSettingsLines) log.info(line);
  try {
    const exporter = await startConfiguredExporter({
      flags: { ...flags, webListenAddress, ...(webConfigFile !== undefined && { webConfigFile }) },
      env,
      version: VERSION,
      revision: await readRevision(),
      log,
    });
    // The log has the reason of a reload that failed.
    reload = () => void exporter.reload().catch(() => {});
    await Promise.race([untilAborted(interruption.stop), hangUp.promise]);
    log.info('stopping: no new requests are accepted');
    // Who presses twice does not want to wait for rooms to be deleted.
    await Promise.race([exporter.stop(), untilAborted(interruption.kill), hangUp.promise]);
    log.info('ended');
    return EXIT_CODES.passed.code;
  } finally {
    interruption.dispose();
  }
};

/** Standard streams that were a terminal when the program started. */
const TERMINALS = [0, 1, 2].filter((stream) => isatty(stream));

/**
 * Check whether SIGHUP means that the terminal was closed: then a stream that was a terminal is not
 * one any more. Otherwise it is the request of an operator to read the configuration again.
 */
const hasTerminalClosed = (): boolean => TERMINALS.some((stream) => !isatty(stream));
