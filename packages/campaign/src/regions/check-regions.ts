import { fork } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interruption } from '@livekit-swarm/host';
import { siblingModule } from '@livekit-swarm/host';
import { provisionLiveKit } from '@livekit-swarm/lab';
import type { RegionFacts, RegionPlan } from '@livekit-swarm/ready';
import { errorCodeOf, interruptedError, SwarmError } from '@livekit-swarm/settings';
import type { FromRegions, ToRegions } from './messages.ts';
import type { RegionProgress } from './session.ts';

export interface RegionCheck {
  plan: RegionPlan;
  /** Folder of records and logs; it exists. */
  folder: string;
  version: string;
  interruption: Pick<Interruption, 'stop'>;
  onProgress(progress: RegionProgress): void;
}

/**
 * Runs a session in a network namespace of its own, which ends with it: nothing of the lab is left
 * on this host, however it ends.
 * @throws SwarmError `no_network`, `no_program`, `interrupted`; those of starting servers and runs
 */
export const checkRegions = async (check: RegionCheck): Promise<RegionFacts> => {
  const { plan, folder, version, interruption, onProgress } = check;
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new SwarmError(
      'no_network',
      'regions need network namespaces, which only root on Linux can make',
      'run it as root on Linux',
    );
  // In the namespace there is no network to fetch it from.
  const binary = await provisionLiveKit({
    onProgress: (line) => onProgress({ type: 'preparing', line }),
    signal: interruption.stop,
  }).catch((error: unknown) => {
    throw interruption.stop.aborted ? interruptedError(INTERRUPTED) : error;
  });
  if (interruption.stop.aborted) throw interruptedError(INTERRUPTED);
  const logFile = join(folder, 'regions.log');
  const log = openSync(logFile, 'a');
  const child = fork(siblingModule(import.meta.url, './regions-process'), {
    // A terminal's Ctrl-C is for this process, which ends the session in order.
    detached: true,
    execPath: 'unshare',
    execArgv: ['--net', process.execPath],
    stdio: ['ignore', log, log, 'ipc'],
    serialization: 'advanced',
  });
  closeSync(log);
  const send = (message: ToRegions): void =>
    void (child.connected && child.send(message, () => {}));
  const stop = (): void => send({ type: 'stop' });
  interruption.stop.addEventListener('abort', stop);
  let hasBegun = false;
  try {
    return await new Promise((resolve, reject) => {
      child.on('message', (message: FromRegions) => {
        hasBegun = true;
        if (message.type === 'progress') onProgress(message.progress);
        else if (message.type === 'ended') resolve(message.facts);
        else if (interruption.stop.aborted) reject(interruptedError(INTERRUPTED));
        else reject(new SwarmError(errorCodeOf(message.code), message.message, message.hint));
      });
      child.once('error', (error) => reject(noNamespace(error.message)));
      // The last message comes before.
      child.once('close', (code, signal) => {
        if (interruption.stop.aborted) return reject(interruptedError(INTERRUPTED));
        const said = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' / ');
        const why = said === '' ? `it ended with ${signal ?? code}` : said;
        reject(hasBegun ? endedEarly(why, logFile) : noNamespace(why));
      });
      send({ type: 'start', session: { plan, binary, folder, version } });
    });
  } finally {
    interruption.stop.removeEventListener('abort', stop);
  }
};

const INTERRUPTED = 'interrupted before the regions were measured';

const endedEarly = (why: string, logFile: string): SwarmError =>
  new SwarmError(
    'service_ended',
    `the process of the regions ended: ${why}`,
    `read ${logFile}; the kernel log shows whether memory was short`,
  );

const noNamespace = (why: string): SwarmError =>
  new SwarmError(
    'no_network',
    `the process of the regions ended: ${why}`,
    'it needs unshare of util-linux and the right to make network namespaces',
  );
