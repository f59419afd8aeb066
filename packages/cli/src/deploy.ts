import type { ProcessEnd } from '@livekit-swarm/host';
import { startLiveKit } from '@livekit-swarm/lab';
import type { Deployment } from '@livekit-swarm/runner';
import type { Target } from './target.ts';

/** A deployment, and how to be done with it. */
export interface Deployed extends Deployment {
  /** Stops the embedded server; leaves any other running. */
  stop(): Promise<void>;
}

export interface DeployOptions {
  /** Folder for the log of the embedded server. */
  dir: string;
  /** Called with the progress of long steps, such as a build. */
  onProgress(line: string): void;
  signal: AbortSignal;
}

/**
 * Prepares the target for a load test.
 * @throws SwarmError when a server cannot be provided or started
 */
export const deploy = async (
  target: Target,
  { dir, onProgress, signal }: DeployOptions,
): Promise<Deployed> => {
  if (target.type === 'remote') {
    const { url, apiKey, apiSecret } = target;
    return {
      url,
      apiKey,
      apiSecret,
      embedded: false,
      serverVersion: null,
      exited: new Promise(() => {}),
      stop: async () => {},
    };
  }
  const server = await startLiveKit({
    ...target.server,
    version: target.version,
    dir,
    onProgress,
    signal,
  });
  const { url, apiKey, apiSecret, version } = server;
  return {
    url,
    apiKey,
    apiSecret,
    embedded: true,
    serverVersion: version,
    // With a CPU limit of its own it waits because of that limit, not because of other processes.
    ...(target.server?.cpuCores === undefined && { serverPid: server.pid }),
    exited: server.exited.then((end) => ({
      cause: end.cause,
      message: `livekit-server ended with ${describeEnd(end)}; see ${server.logFile}`,
    })),
    stop: () => server.stop(),
  };
};

const describeEnd = ({ code, signal, cause }: ProcessEnd): string => {
  const how = signal ?? `exit code ${code}`;
  switch (cause) {
    case 'crashed':
    case 'exited':
      return how;
    case 'out_of_memory':
      return `${how} by the kernel, out of memory`;
    case 'killed':
      return `${how} from another process`;
    case 'guard_died':
      return `${how}, as its guard had ended`;
  }
};
