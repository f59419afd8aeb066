/** Headings of `swarm --help`, each with its commands. A command that does not exist is left out. */
export const COMMAND_GROUPS = {
  'Load-test': [
    ...[
      'run',
      'plan',
      'init',
      'validate',
      'report',
      'records',
      'compare',
      'ab',
      'capacity',
      'soak',
      'hls',
      'whip',
      'sip',
      'host',
      'hosts',
    ],
  ],
  Check: [
    ...['doctor', 'verify', 'audit', 'connectivity', 'ready', 'regions', 'presence', 'recordings'],
  ],
  Operate: [
    'chaos',
    'roll',
    'scale',
    'lab',
    'exporter',
    'mixin',
    'slo',
    'session',
    'agents',
    'cost',
  ],
  Program: ['completion', 'version'],
} as const satisfies Record<string, readonly string[]>;
