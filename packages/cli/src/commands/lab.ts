import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerSpec } from '@livekit-swarm/campaign/server';
import { isSameProcess, siblingModule, watchInterruption } from '@livekit-swarm/host';
import {
  createClusterPorts,
  generateCredentials,
  keysFile,
  type LabSpec,
  type LabState,
  type LabStatus,
  labNames,
  labStatus,
  MAX_NODES,
  mergeConfig,
  OPTIONAL_OFFERS,
  OPTIONAL_SERVICES,
  type OptionalOffer,
  type OptionalService,
  readState as readLab,
  startLab,
  stopLab,
  withRedis,
} from '@livekit-swarm/lab';
import { renderTable, type Style, styleFor } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode, shellLine, usageError } from '@livekit-swarm/settings';
import { type Console, wantsColor, write } from '../console.ts';
import { TOKEN_VARIABLE, webhookUrl } from '../lab-exporter.ts';
import { readRules, shippedRules } from '../lab-rules.ts';
import { leftOutLines } from '../left-out-lines.ts';
import { readLabServer } from '../requests/lab-server.ts';
import { readRedisSetup } from '../requests/redis-setup.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { tail } from '../tail.ts';

export interface LabUpFlags {
  name: string;
  nodes: string;
  with?: string;
  server?: string;
  redis?: string;
  rules?: string[];
  alertWebhook?: string;
  json?: boolean;
}

const readNodes = wholeNumber('--nodes', 1, MAX_NODES);
const readLines = wholeNumber('--lines', 0, 1_000_000);

/** Scrape job for `swarm run --metrics :9464`: down at all other times. */
const RUN_JOB = { job: 'swarm-run', targets: [{ address: '127.0.0.1:9464' }] } as const;

/**
 * Options of Prometheus and Alertmanager.
 * @throws SwarmError `usage`, also for flags of a service that is not selected
 */
const monitoringOptions = (
  { rules, alertWebhook }: LabUpFlags,
  companions: readonly OptionalService[],
): Pick<LabSpec, 'ruleFiles' | 'jobs' | 'alertWebhookUrl'> => {
  const ruleFiles = readRules(
    rules ?? (companions.includes('prometheus') ? shippedRules() : []),
    companions,
  );
  if (alertWebhook === undefined) return { ruleFiles, jobs: [RUN_JOB] };
  if (!companions.includes('alertmanager')) {
    throw usageError(
      '--alert-webhook has no effect without an Alertmanager',
      'add it: --with prometheus,alertmanager',
    );
  }
  if (!/^https?:$/.test(URL.parse(alertWebhook)?.protocol ?? '')) {
    throw usageError(
      `--alert-webhook ${alertWebhook}: not an HTTP URL`,
      'write http://HOST:PORT/PATH',
    );
  }
  return { ruleFiles, jobs: [RUN_JOB], alertWebhookUrl: alertWebhook };
};

/** The exporter is not part of the package lab: it is added as an extra. */
const EXPORTER = 'exporter';

const readCompanions = (
  text: string | undefined,
): { companions: OptionalService[]; offers: OptionalOffer[]; exporter: boolean } => {
  const words = (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const offers = OPTIONAL_OFFERS.filter((offer) => words.includes(offer));
  const companions = words.flatMap((word) => {
    if (word === EXPORTER || offers.some((offer) => offer === word)) return [];
    const known = OPTIONAL_SERVICES.find((companion) => companion === word);
    if (known !== undefined) return [known];
    throw usageError(
      `--with ${text}: there is no "${word}"`,
      `there are ${[...OPTIONAL_SERVICES, EXPORTER, ...OPTIONAL_OFFERS].join(', ')}`,
    );
  });
  return { companions, offers, exporter: words.includes(EXPORTER) };
};

/**
 * Reserves the port and the key of the exporter before it starts, because the nodes need both for
 * their webhooks.
 */
const exporterOptions = async (): Promise<
  Pick<LabSpec, 'config' | 'credentials' | 'extrasModule' | 'extrasOptions'>
> => {
  const credentials = generateCredentials();
  const port = await createClusterPorts().tcp();
  return {
    config: { webhook: { api_key: credentials.apiKey, urls: [webhookUrl(port)] } },
    credentials,
    extrasModule: siblingModule(import.meta.url, '../lab-exporter').href,
    extrasOptions: { port },
  };
};

/** Options of a lab with the program and the configuration of its nodes. */
const withServer = <Options extends Pick<LabSpec, 'config'>>(
  server: ServerSpec | null,
  options: Options,
): Options & Pick<LabSpec, 'version' | 'serverPath'> =>
  server === null
    ? options
    : {
        ...options,
        ...(server.serverPath === null
          ? { version: server.version }
          : { serverPath: resolve(server.serverPath) }),
        config: mergeConfig(server.config ?? {}, options.config),
      };

/** `swarm lab up`: a deployment on this host that stays until `swarm lab down`. */
export const labUpCommand = async (
  flags: LabUpFlags,
  { stdout, stderr }: Console,
): Promise<ExitCode> => {
  const interruption = watchInterruption();
  try {
    const { companions, offers, exporter } = readCompanions(flags.with);
    const nodes = readNodes(flags.nodes);
    const redis = flags.redis === undefined ? {} : readRedisSetup(flags.redis);
    if (flags.redis !== undefined && !withRedis(nodes, companions).has('redis'))
      throw usageError(
        '--redis has no effect without Redis',
        'a single node runs without Redis: --with redis',
      );
    const server = readLabServer(flags.server);
    for (const line of leftOutLines(server === null ? [] : [server]))
      await write(stderr, `${line}\n`);
    const state = await startLab(
      {
        name: flags.name,
        nodes,
        with: companions,
        offers,
        ...withServer(server, exporter ? await exporterOptions() : { config: {} }),
        redis,
        ...monitoringOptions(flags, companions),
        intervalSeconds: 2,
      },
      { onProgress: (line) => void stderr.write(`${line}\n`), signal: interruption.stop },
    );
    await write(
      stdout,
      flags.json ? `${JSON.stringify(publicState(state), null, 2)}\n` : renderState(state),
    );
    return EXIT_CODES.passed.code;
  } catch (error) {
    if (interruption.stop.aborted) return EXIT_CODES.interrupted.code;
    throw error;
  } finally {
    interruption.dispose();
  }
};

const publicState = ({ name, startedAt, facts, services }: LabState) => ({
  name,
  startedAt,
  keys: keysFile(name),
  ...facts,
  services: services.map(({ name: service, url, logFile }) => ({ name: service, url, logFile })),
});

const renderState = ({ name, facts, services }: LabState): string =>
  [
    `The lab "${name}" is up: ${facts.url}`,
    '',
    ...renderTable(
      services.map((service) => [service.name, service.url]),
      [0, 1],
    ),
    '',
    'Start a load test:',
    `  . ${shellLine([keysFile(name)])}`,
    '  swarm --rooms 50',
    ...services
      .filter((service) => service.name === EXPORTER)
      .flatMap(({ url }) => [
        'Read the exporter (with the same file):',
        `  curl -H "Authorization: Bearer $${TOKEN_VARIABLE}" ${url}`,
      ]),
    `End it: swarm lab down${name === DEFAULT_LAB ? '' : ` --name ${name}`}`,
    '',
  ].join('\n');

export const DEFAULT_LAB = 'lab';

/** `swarm lab down`: ends it and removes what it kept. */
export const labDownCommand = async (
  flags: { name: string; all?: boolean },
  { stdout, stderr }: Console,
): Promise<ExitCode> => {
  const names = flags.all ? await labNames() : [flags.name];
  const onWait = (name: string) => (): void =>
    void stderr.write(`Lab "${name}" is starting; waiting until it is ready …\n`);
  for (const name of names)
    await write(stdout, `${LOWERED[await stopLab(name, onWait(name))].replace('NAME', name)}\n`);
  if (names.length === 0) await write(stdout, 'There is no lab.\n');
  return EXIT_CODES.passed.code;
};

const LOWERED = {
  ended: 'The lab "NAME" has ended.',
  'was-dead': 'The lab "NAME" had been killed; what it left was removed.',
  none: 'There is no lab "NAME".',
} as const;

/**
 * `swarm lab status`: running labs and the health of their services. Exits with 3 when a service
 * does not answer.
 */
export const labStatusCommand = async (
  flags: { name?: string; json?: boolean; color: boolean },
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const names = flags.name === undefined ? await labNames() : [flags.name];
  const found = (await Promise.all(names.map(labStatus))).filter((status) => status !== null);
  const healthy = found.length > 0 && found.every(({ services }) => services.every(({ up }) => up));
  const style = styleFor(wantsColor(flags.color, stdout, env));
  await write(
    stdout,
    flags.json
      ? `${JSON.stringify(found.map(statusObject), null, 2)}\n`
      : found.length === 0
        ? `${flags.name === undefined ? 'There is no lab' : `There is no lab "${flags.name}"`}; "swarm lab up" makes one.\n`
        : found.map((status) => renderStatus(status, style)).join('\n'),
  );
  return healthy ? EXIT_CODES.passed.code : EXIT_CODES.unreachable.code;
};

const statusObject = ({ state, running, services }: LabStatus) => ({
  ...publicState(state),
  running,
  services: services.map(({ name, url, logFile, up }) => ({ name, url, logFile, up })),
});

const renderStatus = ({ state, running, services }: LabStatus, style: Style): string =>
  [
    `${state.name}: ${running ? `up since ${state.startedAt}` : style.bad('was killed; "swarm lab down" removes what is left')}`,
    ...renderTable(
      services.map(({ name, url, up }) => [up ? style.good('✓') : style.bad('✗'), name, url]),
      [0, 1, 2],
    ),
    '',
  ].join('\n');

/** `swarm lab logs [SERVICE]`: what its programs wrote. */
export const labLogsCommand = async (
  service: string | undefined,
  flags: { name: string; lines: string; follow?: boolean },
  { stdout }: Console,
): Promise<ExitCode> => {
  const status = await labStatus(flags.name);
  if (status === null)
    throw usageError(`there is no lab "${flags.name}"`, '"swarm lab status" lists those there are');
  const { services } = status.state;
  const wanted = service === undefined ? services : services.filter(({ name }) => name === service);
  if (wanted.length === 0) {
    throw usageError(
      `there is no ${service} in the lab "${flags.name}"`,
      `there are ${services.map(({ name }) => name).join(', ')}`,
    );
  }
  const lines = readLines(flags.lines);
  const interruption = watchInterruption();
  const following =
    flags.follow && status.running ? untilEnded(flags.name, interruption.stop) : null;
  try {
    await tail({ files: wanted.map(({ logFile }) => logFile), lines, following }, stdout);
    return interruption.stop.aborted ? EXIT_CODES.interrupted.code : EXIT_CODES.passed.code;
  } finally {
    interruption.dispose();
  }
};

const POLL_MS = 500;

/** Aborted when the lab has stopped, which removes its logs, or after an interruption. */
const untilEnded = (name: string, interrupted: AbortSignal): AbortSignal => {
  const ended = new AbortController();
  const watch = async (): Promise<void> => {
    for (;;) {
      const lab = await readLab(name).catch(() => null);
      if (interrupted.aborted || lab === null || !isSameProcess(lab.supervisor))
        return ended.abort();
      await sleep(POLL_MS, undefined, { signal: interrupted, ref: false }).catch(() => {});
    }
  };
  void watch();
  return ended.signal;
};
