import { EXIT_CODES } from '@livekit-swarm/settings/errors';

const EXAMPLES: [string, string][] = [
  ['swarm --rooms 20', 'a first run: 20 rooms of two, audio, 30 s, on this host'],
  ['swarm --rooms 500 --duration 60s', 'a thousand participants with audio'],
  ['swarm --publish audio,video --simulcast --participants 4', 'video calls of four'],
  ['swarm --room town-hall --participants 3 --subscribers 500', 'one room with a large audience'],
  [
    'swarm --url wss://livekit.example.com --rooms 50',
    'your deployment (keys: LIVEKIT_API_KEY, …_SECRET)',
  ],
  [
    "swarm --threshold 'join_time: p(95)<1000' --json > run.json",
    'in CI: the exit code is the verdict',
  ],
  [
    'swarm plan scenarios/viral-spike.yaml',
    'show a scenario, and whether this host can generate it',
  ],
  ['swarm run scenarios/*.yaml --scale small', 'scenario files, one after the other'],
  ['swarm report', 'evaluate and render the last run again; swarm records lists all'],
];

/** Output of `swarm` without arguments. */
export const shortHelp = `Load testing for self-hosted LiveKit with real audio and video. Nothing was started.

  swarm --embedded                                   a first run: 20 rooms of two with audio, against a
                                                     livekit-server that is started on this host
  swarm verify --url wss://livekit.example.com       is a deployment configured correctly? Two participants
  swarm run FILE --url wss://livekit.example.com     the load of a scenario file

Keys of a deployment: LIVEKIT_API_KEY and LIVEKIT_API_SECRET.

swarm --help            all commands
swarm COMMAND --help    the flags of a command
docs/get-started.md     the first five minutes
`;

/** The table of exit codes. */
export const exitCodeHelp = (): string =>
  [
    'Exit codes:',
    ...Object.values(EXIT_CODES).map(
      ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`,
    ),
  ].join('\n');

const width = Math.max(...EXAMPLES.map(([command]) => command.length));

/** Text behind the flags in `swarm run --help`. */
export const runHelp = (): string => `
Examples:
${EXAMPLES.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`).join('\n')}

Environment:
  Every flag can be set as SWARM_NAME (--join-rate: SWARM_JOIN_RATE); SWARM_THRESHOLD holds several, separated by ";".
  LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET as with LiveKit's own tools. Flags override the environment.
  A variable that is set but empty is an error: unset it, or give the flag.
  SWARM_LIVEKIT_SERVER is the path of a livekit-server to start instead of the pinned one.
  SWARM_METRICS_TOKEN is the bearer token that --metrics requires. --out otlp follows OTEL_EXPORTER_OTLP_*, --out prometheus-rw SWARM_PROMETHEUS_RW_*.

${exitCodeHelp()}

While it runs, progress goes to stderr; results go to stdout. Ctrl-C once: participants leave, and the verdict covers what was measured.
Twice: everything ends at once. --json prints exactly one object, and none for bad usage (exit 2).
`;

export const reportHelp = (): string => `
Examples:
  swarm report                                               the last run in records/
  swarm report records/2026-11-21T12-00-00-k3x9h
  swarm report records/2026-11-21T12-00-00-k3x9h --serve     in a browser; also while its run is under way
  swarm report records/2026-11-21T12-00-00-k3x9h --threshold 'media_latency: p(95)<100' --json

The exit code is that of the run, evaluated with these thresholds: see "swarm run --help".
`;

export const doctorHelp = (): string => `
Changes and downloads nothing. Exits with 0 when "swarm" can run here, else with 3.
`;
