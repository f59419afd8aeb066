/**
 * The exporter as a program of a lab: `swarm lab up --with exporter`. The lab's supervisor loads
 * this module.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { siblingModule } from '@livekit-swarm/host';
import { type ClusterFacts, type Extra, GRACEFUL_STOP, plainEnvironment } from '@livekit-swarm/lab';
import { stringify } from 'yaml';

/** Name of the lab as a target of the exporter. */
export const LAB_TARGET = 'lab';

/** Bearer token of the lab's exporter: in its environment, and in the file with the lab's keys. */
export const TOKEN_VARIABLE = 'LAB_EXPORTER_TOKEN';

/** URL that nodes send their webhooks to; part of their configuration. */
export const webhookUrl = (port: number): string =>
  `http://127.0.0.1:${port}/webhook/${LAB_TARGET}`;

const mainProgram = (): string => fileURLToPath(siblingModule(import.meta.url, './main'));

/** @param options `port`: where the exporter listens */
export const extras = async (
  facts: ClusterFacts,
  dir: string,
  options: Readonly<Record<string, string | number>>,
): Promise<Extra[]> => {
  const port = Number(options.port);
  const address = `127.0.0.1:${port}`;
  // It runs as the user of the lab, which may be root, and other users of this host reach its port.
  const token = randomBytes(24).toString('hex');
  const configFile = join(dir, 'exporter.yaml');
  await writeFile(configFile, stringify(configOf(facts, address)), { mode: 0o600 });
  return [
    {
      spec: {
        name: 'exporter',
        command: process.execPath,
        args: [mainProgram(), 'exporter', '--config', configFile],
        env: {
          ...plainEnvironment(),
          SWARM_LAB_API_SECRET: facts.apiSecret,
          [TOKEN_VARIABLE]: token,
          ...(facts.authorityFile === null ? {} : { SWARM_EXPORTER_CA: facts.authorityFile }),
          ...(facts.redisUrl === null ? {} : { SWARM_LAB_REDIS_URL: facts.redisUrl }),
        },
        files: {},
        logFile: join(dir, 'exporter.log'),
        // The other pages need the token, and this is stored with the state of the lab.
        ready: { url: `http://${address}/-/healthy` },
        readyWithinMs: 20_000,
        stopSteps: GRACEFUL_STOP,
        url: `http://${address}/metrics`,
      },
      scrape: { job: 'swarm-exporter', targets: [{ address }], token },
      keys: { [TOKEN_VARIABLE]: token },
    },
  ];
};

/** Every source is on; the lab and each of its nodes are probed twice a minute. */
const configOf = ({ url, apiKey, nodes, redisUrl }: ClusterFacts, listen: string): object => ({
  listen,
  token: { env: TOKEN_VARIABLE },
  targets: {
    [LAB_TARGET]: {
      url,
      apiKey,
      apiSecret: { env: 'SWARM_LAB_API_SECRET' },
      nodes: Object.fromEntries(
        nodes.map(({ name, url: nodeUrl, metricsUrl }) => [name, { url: nodeUrl, metricsUrl }]),
      ),
      ...(redisUrl === null ? {} : { redis: { env: 'SWARM_LAB_REDIS_URL' } }),
    },
  },
  probes: {
    schedule: [{ target: LAB_TARGET, module: 'audio_pair', interval: '30s', perNode: true }],
  },
  lifecycle: { interval: '5s' },
  clients: { origins: ['*'] },
});
