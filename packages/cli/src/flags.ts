import { FORMATS, type Kind } from '@livekit-swarm/report/formats';
import type { LoadFlags } from '@livekit-swarm/scenario';
import { readVariable, usageError } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import { serverFlag } from './flags/server.ts';
import { type SummaryForm, summaryFlag } from './flags/summary.ts';
import type { FolderSettings } from './folder-settings/read-settings.ts';
import type { LivePageFlags } from './live-page.ts';
import type { OutputFlags } from './output/output.ts';

// Values of flags as commander passes them on: text as typed, or from the environment.

/** Flags that name the server of a load. */
export interface TargetFlags {
  url?: string;
  apiUrl?: string;
  apiKey?: string;
  apiSecret?: string;
  ca?: string;
  embedded?: boolean;
  server?: string;
}

/** Flags that restrict the hosts of a load, or confirm one. */
export interface HostFlags {
  allowHost?: string[];
  denyHost?: string[];
  confirmTarget?: string[];
  folderSettings?: FolderSettings;
}

/** Flags that allow a scenario to read variables and files of this host. */
export interface ReadFlags {
  allowEnv?: string[];
  allowFile?: string[];
}

/** Flags of the guard of a load. */
export interface GuardFlags extends HostFlags, ReadFlags {
  joinExistingRooms?: boolean;
  withOtherUsers?: boolean;
}

/** All flags on the deployment that a load is sent to. */
export interface DeploymentFlags extends TargetFlags, GuardFlags {
  signalling: 'auto' | 'v1' | 'v0';
}

/** Flags of an application that gives out tokens. */
export interface TokenEndpointFlags {
  tokenEndpoint?: string;
  tokenHeader: string[];
  tokenServer: string[];
}

/** Flags that name the metrics of a deployment. */
export interface ServerMetricsFlags {
  serverMetrics?: string[];
  prometheus?: string;
  prometheusSelector?: string;
  redis?: string;
  settle?: string;
}

/** Flags that name the hosts of a queue. */
export interface QueueFlags {
  queue?: string;
  insecureQueue?: boolean;
  hosts?: string;
  label: string[];
}

/** Flags on the processes that generate the load. */
export interface GeneratorFlags {
  processes?: string;
}

/** Flags on results, progress and the folder of both. */
export interface ResultFlags extends OutputFlags {
  record?: string;
}

/** The flags of every command that runs scenarios and decides their verdicts. */
export interface SharedRunFlags
  extends DeploymentFlags,
    TokenEndpointFlags,
    ServerMetricsFlags,
    GeneratorFlags,
    QueueFlags,
    ResultFlags,
    LivePageFlags {
  reconnectPolicy: 'none' | 'sdk' | 'app';
  threshold: string[];
  baseline?: string;
  tolerance: string[];
  metrics?: string;
  out: string[];
  tag: string[];
  witness: string[];
  browser?: string;
  calibration?: string;
  tolerateLost?: string;
  github: boolean;
}

/** With the flags that describe the load, for runs without a scenario file. */
export interface RunFlags extends SharedRunFlags, LoadFlags {}

type Environment = NodeJS.ProcessEnv;

/** Adds options below a heading. Each can come from the environment as SWARM_NAME. */
export const addGroup = (
  command: Command,
  env: Environment,
  group: string,
  options: Option[],
): void => {
  for (const option of options) command.addOption(fromEnvironment(option, env).helpGroup(group));
};

/** Adds every flag of a run, in groups as a reader looks for them. */
export const addRunFlags = (command: Command, env: Environment): Command =>
  addSharedRunFlags(addLoadFlags(command, env), env);

const LOAD_GROUPS: ReadonlySet<string> = new Set(['Load:', 'Media:']);

/**
 * Returns true when the user asked for a load: any flag was typed, or a variable sets one that describes the load. A URL in the environment alone is not enough.
 */
export const describesLoad = (command: Command, env: Environment): boolean =>
  command.options.some(
    (option) =>
      command.getOptionValueSource(option.attributeName()) === 'cli' ||
      (LOAD_GROUPS.has(option.helpGroupHeading ?? '') && env[variableOf(option)] !== undefined),
  );

const variableOf = (option: Option): string =>
  `SWARM_${option.name().replaceAll('-', '_').toUpperCase()}`;

/** Adds the flags that describe the load. */
export const addLoadFlags = (command: Command, env: Environment): Command => {
  const add = (group: string, options: Option[]): void => addGroup(command, env, group, options);
  add('Load:', [
    new Option('--rooms <n>', 'rooms at the same time (default: 20)'),
    new Option('--room <name>', 'one room of this name instead'),
    new Option('--room-prefix <text>', 'prefix of room names (default: swarm)'),
    new Option(
      '--participants <n>',
      'participants per room, publishing and subscribing (default: 2)',
    ),
    new Option(
      '--subscribers <n>',
      'additional participants per room that only subscribe (default: 0)',
    ),
    new Option('--join-rate <n>', 'joins per second, over all rooms (default: 50)'),
    new Option(
      '--duration <time>',
      'time from the last scheduled join: 30s, 5m, 1h30m (default: 30s)',
    ),
  ]);
  add('Media:', [
    new Option('--publish <kinds>', 'audio, video, audio,video or none (default: audio)'),
    new Option('--video <size>', '180p, 360p, 540p, 720p or 1080p (default: 720p)'),
    new Option('--codec <name>', 'vp8, h264, vp9 or av1 (default: vp8)'),
    new Option('--simulcast', 'publish video in layers'),
    new Option('--no-simulcast', 'publish video in one layer (the default)').hideHelp(),
    new Option(
      '--layout <layout>',
      'subscribed tracks: all, speaker, grid:N, audio-only, none (default: all)',
    ),
    new Option(
      '--path <path>',
      'path of media to a node: direct, ice-tcp, turn-udp, turn-tcp, turn-tls, auto (default: direct)',
    ),
    new Option(
      '--e2ee <key>',
      'end-to-end encryption: throw-away (a key made for the run), or where a passphrase is: env:NAME, file:PATH',
    ),
    new Option(
      '--data-rate <rate>',
      'data messages of each publisher: 10/s, 10/s:200B, 5/s:1000B:reliable',
    ),
  ]);
  return command;
};

export const DEPLOYMENT_GROUP =
  'Deployment (default: a local livekit-server, started for the run):';

/** Adds the flags that do not describe the load: deployment, verdict, load generator. */
export const addSharedRunFlags = (command: Command, env: Environment): Command => {
  const add = (group: string, options: Option[]): void => addGroup(command, env, group, options);
  add(DEPLOYMENT_GROUP, [...deploymentFlags(), serverFlag(), embeddedFlag(), signallingFlag()]);
  addHostFlags(command, DEPLOYMENT_GROUP, CONFIRMED.run);
  add(DEPLOYMENT_GROUP, [joinExistingRoomsFlag(), ...tokenEndpointFlags(), ...readFlags()]);
  add(SERVER_METRICS_GROUP, serverMetricsFlags());
  add('Verdict:', [
    new Option(
      '--threshold <expression>',
      "threshold that replaces the default (may be repeated): 'jitter: p(95)<30'",
    )
      .argParser(collector())
      .default([]),
    new Option(
      '--baseline <record>',
      'compare with this record (or folder of runs); fail on a regression',
    ),
    toleranceFlag(),
    new Option(
      '--tolerate-lost <share>',
      'participants that may be lost with their process or host: 1%, 50 (default: none)',
    ),
    new Option('--record <dir>', 'folder for the record and logs (default: records/TIME-RUN)'),
    ...livePageFlags(),
    new Option(
      '--metrics <address>',
      'serve live metrics to Prometheus at [ADDRESS]:PORT/metrics; :9464 is loopback only',
    ),
    new Option(
      '--out <name[=url]>',
      'push live metrics (may be repeated): otlp=URL, prometheus-rw=URL; otlp alone takes OTEL_EXPORTER_OTLP_ENDPOINT',
    )
      .argParser(collector())
      .default([]),
    new Option(
      '--tag <name=value>',
      'added to record and reports (may be repeated); testid is a label of pushed metrics',
    )
      .argParser(collector())
      .default([]),
    ...outputFlags('compact'),
  ]);
  add('Load generator:', [
    new Option(
      '--reconnect-policy <policy>',
      'after a lost connection: none (disconnect), sdk (resume, then reconnect), app (also rejoin) (default: sdk)',
    )
      .choices(['none', 'sdk', 'app'])
      .default('sdk'),
    processesFlag(),
    calibrationFlag(),
    witnessFlag(),
    new Option(
      '--browser <path>',
      'program of browser participants on this host (default: Chromium or Chrome on the PATH or in puppeteer’s cache)',
    ),
    ...queueFlags(),
    quietFlag(),
  ]);
  return command;
};

/** A page that shows the run meanwhile. */
const livePageFlags = (): Option[] => [
  new Option('--ui', 'show the run live in a browser on this host; its address goes to stderr'),
  new Option('--ui-port <n>', 'port of this page, on 127.0.0.1 (default: a free one)'),
  new Option('--ui-stay', 'serve the report at this address after the run, until Ctrl-C'),
];

export const SERVER_METRICS_GROUP = 'Server metrics (automatic for a local server and a lab):';

/** Where CPU, memory and traffic of the nodes are known. */
export const serverMetricsFlags = (): Option[] => [
  new Option(
    '--server-metrics <url>',
    '/metrics of a node, on its prometheus.port (may be repeated): http://10.0.0.5:6789/metrics, NAME=URL',
  )
    .argParser(collector())
    .default([]),
  new Option('--prometheus <url>', 'a Prometheus that scrapes the nodes: http://10.0.0.7:9090'),
  new Option(
    '--prometheus-selector <labels>',
    `only nodes with these labels: 'job="livekit", cluster="eu"'`,
  ),
  new Option(
    '--redis <url>',
    'LiveKit’s Redis, in which nodes report; it is only read (least exact: CPU and memory are of the hosts)',
  ),
  new Option('--settle <time>', 'wait before leftover rooms are counted (default: 1s)'),
];

/** Flags for the address of a deployment, and for what it needs to accept participants. */
export const deploymentFlags = (): Option[] => [
  new Option('--url <url>', 'wss:// or ws:// URL of your deployment; also LIVEKIT_URL'),
  new Option(
    '--api-url <url>',
    'URL of the API (/twirp), where it is not below --url; also LIVEKIT_API_URL',
  ),
  new Option('--api-key <key>', 'API key; also LIVEKIT_API_KEY'),
  new Option(
    '--api-secret <secret>',
    'API secret; better LIVEKIT_API_SECRET: flags show in the process list',
  ),
  authoritiesFlag(),
];

/** Read by the program before any command: see `program.ts`. */
export const authoritiesFlag = (): Option =>
  new Option(
    '--ca <file>',
    "certificates of your own CA, PEM, for wss:// (in addition to Node's and NODE_EXTRA_CA_CERTS)",
  );

export const embeddedFlag = (): Option =>
  new Option(
    '--embedded',
    'test a livekit-server started for this run; overrides LIVEKIT_URL; required in CI without a URL',
  );

/**
 * Adds the flags for host rules. The rules of the environment (SWARM_ALLOW_HOST) are read separately, because flags must not replace them. The environment
 * holds no confirmations.
 * @param confirmed hosts that need a confirmation
 */
export const addHostFlags = (command: Command, group: string, confirmed: string): void => {
  for (const option of [
    ...hostFlags(),
    new Option(
      '--confirm-target <host>',
      `this host is meant: needed for ${confirmed} (may be repeated; never from the environment)`,
    )
      .argParser(collector())
      .default([]),
  ])
    command.addOption(option.helpGroup(group));
};

/**
 * Adds the flags on a deployment that is loaded again and again, as by `swarm capacity` and `swarm soak`.
 * @param server the flags of the command for a server of this host and for metrics
 */
export const addSearchedDeployment = (
  command: Command,
  env: Environment,
  server: readonly Option[],
): void => {
  const add = (options: Option[]): void => addGroup(command, env, DEPLOYMENT_GROUP, options);
  add([...deploymentFlags(), ...server, embeddedFlag(), signallingFlag()]);
  addHostFlags(command, DEPLOYMENT_GROUP, CONFIRMED.search);
  add([joinExistingRoomsFlag(), ...readFlags()]);
  command.addOption(withOtherUsersFlag().helpGroup(DEPLOYMENT_GROUP));
};

export const joinExistingRoomsFlag = (): Option =>
  new Option(
    '--join-existing-rooms',
    'also join rooms with participants, or whose participants are unknown',
  );

/** A flag without a variable: users would forget one in their environment. */
export const withOtherUsersFlag = (): Option =>
  new Option(
    '--with-other-users',
    'also load a deployment with participants of others, or with unknown participants',
  );

/** Flags for the variables and files of this host that scenario files may read. */
export const readFlags = (): Option[] => [
  new Option(
    '--allow-env <name>',
    'environment variable that the scenario may read, as headers and keys (may be repeated; SWARM_SECRET_… needs none)',
  )
    .argParser(collector())
    .default([]),
  new Option(
    '--allow-file <path>',
    'file or folder that the scenario may read: secrets, and media outside its own folder (may be repeated)',
  )
    .argParser(collector())
    .default([]),
];

/** Hosts that a command must not load by mistake, for `addHostFlags`. */
export const CONFIRMED = {
  probe: 'LiveKit Cloud (*.livekit.cloud)',
  run: 'LiveKit Cloud (*.livekit.cloud), and for a public server that only the environment names',
  search:
    'LiveKit Cloud (*.livekit.cloud), and for every server that only the environment or the scenario names',
} as const;

/** Flags for the servers that load may be sent to. */
export const hostFlags = (): Option[] => [
  new Option(
    '--allow-host <host>',
    'only these hosts: names, *.example.com, addresses, 10.0.0.0/8 (may be repeated); SWARM_ALLOW_HOST restricts further',
  )
    .argParser(collector())
    .default([]),
  new Option(
    '--deny-host <host>',
    'never these hosts, also when they are allowed (may be repeated); also SWARM_DENY_HOST',
  )
    .argParser(collector())
    .default([]),
];

/** Flags for the application that issues tokens. */
export const tokenEndpointFlags = (): Option[] => [
  new Option(
    '--token-endpoint <url>',
    'participants ask your application for server and token: POST with room_name and participant_identity',
  ),
  new Option(
    '--token-header <name=place>',
    'header of these requests (may be repeated): Authorization=env:APP_AUTHORIZATION, NAME=file:PATH',
  )
    .argParser(collector())
    .default([]),
  new Option(
    '--token-server <url>',
    'server that the endpoint may name besides --url (may be repeated)',
  )
    .argParser(collector())
    .default([]),
];

export const signallingFlag = (): Option =>
  new Option(
    '--signalling <version>',
    'auto, v1 (one PeerConnection) or v0 (two, for older servers) (default: auto)',
  )
    .choices(['auto', 'v1', 'v0'])
    .default('auto');

export const processesFlag = (): Option =>
  new Option(
    '--processes <n>',
    'processes that host participants (default: automatic, at most one per core)',
  );

export const calibrationFlag = (): Option =>
  new Option(
    '--calibration <auto|fresh|off|µs>',
    'speed of this host: measured once after each boot, measured now, not at all, or microseconds for a packet of bare UDP with encryption (default: auto)',
  );

export const witnessFlag = (): Option =>
  new Option(
    '--witness <engine[:n]>',
    'add real clients that watch rooms of the load (may be repeated): browser, browser:2, rtc',
  )
    .argParser(collector())
    .default([]);

/** Flags for the hosts of a run: their queue, its protection, and a choice of them. */
export const queueFlags = (): Option[] => [
  new Option(
    '--queue <url>',
    'run on the hosts of this queue, each with "swarm host": redis://HOST:6379 or rediss://',
  ),
  insecureQueueFlag(),
  new Option('--hosts <n>', 'hosts of the queue (default: all that are idle)'),
  new Option('--label <name=value>', 'only hosts of the queue with this label (may be repeated)')
    .argParser(collector())
    .default([]),
];

export const quietFlag = (): Option => new Option('--quiet', 'no progress on stderr');

export const insecureQueueFlag = (): Option =>
  new Option(
    '--insecure-queue',
    'accept a queue without password or without SWARM_QUEUE_KEY: any program that reaches it commands its hosts',
  );

/** Flag for the accepted changes of a comparison. */
export const toleranceFlag = (): Option =>
  new Option(
    '--tolerance <share>',
    'accepted change of a metric: 10%, join_time=20%, jitter=1ms (may be repeated; default: 10%)',
  )
    .argParser(collector())
    .default([]);

/** Selects formats of a result; the same for every command that has a result. */
export const reportFlags = (kind: Kind): Option[] => [
  new Option(
    '--report <name[=file]>',
    `also write this report (may be repeated): ${FORMATS[kind].join(', ')}; =- for stdout`,
  )
    .argParser(collector())
    .default([]),
  new Option('--json', 'print one JSON object instead of text: short for --report json=-'),
];

/** Flags for the output of a command with one result. */
export const resultOutputFlags = (kind: Kind): Option[] => [
  ...reportFlags(kind),
  quietFlag(),
  colorFlag(),
];

/** Flags for the output of runs. @param summary form of the summary without its flag */
export const outputFlags = (summary: SummaryForm): Option[] => [
  ...reportFlags('run'),
  summaryFlag(summary),
  new Option(
    '--no-github',
    'no annotations and no step summary (default inside GitHub Actions: both)',
  ),
];

/** `--color` is only there to be negated; picked up from NO_COLOR and FORCE_COLOR, too. */
export const colorFlag = (): Option => new Option('--no-color', 'plain text');

/** Collects a repeatable flag. Typed values replace those of the environment. */
export const collector = (): ((value: string) => string[]) => {
  const typed: string[] = [];
  return (value) => {
    typed.push(value);
    return [...typed];
  };
};

/** LiveKit's own variables, used where those of swarm are not set. */
const LIVEKIT_NAMES: Record<string, string> = {
  SWARM_URL: 'LIVEKIT_URL',
  SWARM_API_URL: 'LIVEKIT_API_URL',
  SWARM_API_KEY: 'LIVEKIT_API_KEY',
  SWARM_API_SECRET: 'LIVEKIT_API_SECRET',
};

/** The variable behind a flag that is set but empty. */
const emptyVariables = new WeakMap<Option, string>();

/**
 * Puts an environment variable under a flag: defaults < environment < flags. One that is set but empty is an
 * error where the flag is used: see `rejectEmptyVariables`.
 */
export const fromEnvironment = (option: Option, env: Environment, prefix = 'SWARM_'): Option => {
  const own = `${prefix}${option.name().replaceAll('-', '_').toUpperCase()}`;
  const name = env[own] === undefined ? (LIVEKIT_NAMES[own] ?? own) : own;
  const value = env[name];
  if (value === undefined || option.negate) return option;
  if (value.trim() === '') {
    emptyVariables.set(option, name);
    return option;
  }
  if (option.isBoolean()) return option.default(readBoolean(name, value));
  if (LISTS.has(option.name())) return option.default(splitList(value));
  return option.env(name);
};

/** @throws SwarmError `usage` when the variable of a flag that was not given is set but empty */
export const rejectEmptyVariables = (command: Command, env: Environment): void => {
  for (const option of command.options) {
    const name = emptyVariables.get(option);
    if (name !== undefined && command.getOptionValueSource(option.attributeName()) !== 'cli')
      readVariable(env, name);
  }
};

/** Flags that may be repeated. */
const LISTS: ReadonlySet<string> = new Set([
  'threshold',
  'report',
  'out',
  'tag',
  'tolerance',
  'label',
  'witness',
  'server-metrics',
  'announced',
  'closed-port',
  'until',
  'token-header',
  'token-server',
  'allow-env',
  'allow-file',
]);

/** Several values in one variable are separated by semicolons or line ends. */
const splitList = (text: string): string[] =>
  text
    .split(/[;\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

const BOOLEANS: Record<string, boolean> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
};

const readBoolean = (name: string, text: string): boolean => {
  const value = BOOLEANS[text.trim().toLowerCase()];
  if (value === undefined)
    throw usageError(`${name}=${text}: is neither yes nor no`, 'write true or false');
  return value;
};
