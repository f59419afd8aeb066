import { join } from 'node:path';
import type { ServerPorts } from '@livekit-swarm/host';
import type { ProgramBinary } from '../../provision/pinned-program.ts';
import { type LiveKitConfig, localConfig, mergeConfig, writeConfig } from '../../server/config.ts';
import { serverEnvironment } from '../../server/environment.ts';
import { STOP_SEQUENCE } from '../../server/stop.ts';
import type { KeyPairs } from '../node-keys.ts';
import type { ServiceSpec } from '../service-spec.ts';

export interface NodeOptions {
  dir: string;
  name: string;
  /** Address of everything that it offers. Default: that of loopback. */
  host?: string;
  binary: Pick<ProgramBinary, 'path'>;
  ports: ServerPorts;
  /** API keys that it accepts. */
  keys: KeyPairs;
  /** URL that gets its webhooks; null: none does. */
  webhookUrl: string | null;
  /** Section `redis` of its configuration; null for a node without Redis. */
  redis: LiveKitConfig | null;
  /** Overrides of the configuration. */
  config: LiveKitConfig;
  /** Further files in the node's folder, which the configuration names. */
  files: Readonly<Record<string, string>>;
}

/** Log of a node. @param dir of the cluster */
export const logFileOf = (dir: string, name: string): string => join(dir, `${name}.log`);

/** Describes one livekit-server of a cluster. */
export const livekitNode = ({
  dir,
  name,
  host = '127.0.0.1',
  binary,
  ports,
  keys,
  webhookUrl,
  redis,
  config,
  files,
}: NodeOptions): ServiceSpec => {
  const folder = join(dir, name);
  // The file name appears in the command line, by which operators distinguish nodes.
  const configFile = `${name}.yaml`;
  const cluster = {
    ...(redis !== null && { redis }),
    ...(webhookUrl !== null && { webhook: { api_key: keys[0].apiKey, urls: [webhookUrl] } }),
  };
  const url = `http://${host}:${ports.http}`;
  return {
    name,
    command: binary.path,
    args: ['--config', configFile],
    env: serverEnvironment(keys),
    files: {
      ...Object.fromEntries(
        Object.entries(files).map(([file, content]) => [join(folder, file), content]),
      ),
      [join(folder, configFile)]: writeConfig(
        mergeConfig(mergeConfig(localConfig(host, ports), cluster), config),
      ),
    },
    ownUser: { folder, linked: true },
    logFile: logFileOf(dir, name),
    ready: { url: `${url}/` },
    readyWithinMs: 20_000,
    stopSteps: STOP_SEQUENCE,
    url,
  };
};
