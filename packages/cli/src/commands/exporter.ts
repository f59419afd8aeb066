import {
  createSources,
  loadSettings,
  type SettingsFlags,
  startExporter,
} from '@livekit-swarm/exporter';
import { watchInterruption } from '@livekit-swarm/host';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import { readRevision } from '../revision.ts';
import { VERSION } from '../version.ts';

/** `swarm exporter`: serves metrics until it is stopped. */
export const exporterCommand = async (
  flags: SettingsFlags,
  { stderr, env }: Console,
): Promise<ExitCode> => {
  const interruption = watchInterruption();
  const log = (line: string): void =>
    void stderr.write(`${new Date().toISOString()} ${line.replaceAll('\n', '\n  ')}\n`);
  try {
    const settings = await loadSettings(flags, env);
    const exporter = await startExporter({
      ...settings,
      version: VERSION,
      revision: await readRevision(),
      sources: (contextOf) => createSources(settings, contextOf),
      log,
    });
    await aborted(interruption.stop);
    log('stopping: no new requests are accepted');
    // Who presses twice does not want to wait for rooms to be deleted.
    await Promise.race([exporter.stop(), aborted(interruption.kill)]);
    log('ended');
    return EXIT_CODES.passed.code;
  } finally {
    interruption.dispose();
  }
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
