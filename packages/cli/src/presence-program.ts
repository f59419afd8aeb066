import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { PresenceFlags } from './commands/presence.ts';
import type { Console } from './console.ts';
import { deploymentFlags, embeddedFlag, signallingFlag } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag } from './flags/generator.ts';
import { joinExistingRoomsFlag, readFlags } from './flags/guard.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
import { addLoadFlags } from './flags/load.ts';
import { colorFlag, quietFlag, recordFlag, reportFlags } from './flags/output.ts';
import { scenarioFlags } from './flags/scenario.ts';
import { serverFlag } from './flags/server.ts';
import { thresholdFlag } from './flags/verdict.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

const DEPLOYMENT = 'Deployment (default: a local livekit-server, started for the run):';

/** `swarm presence`. Its code is loaded on use. */
export const addPresenceCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const presence = program
    .command('presence')
    .description('compare webhooks and API with what participants did')
    .usage('[flags] [SCENARIO.yaml]')
    .argument(
      '[scenario...]',
      'a scenario file; - for standard input; without one, flags describe the load',
    );
  addGroup(presence, console.env, 'Presence:', [
    new Option(
      '--listen <address>',
      'where webhooks arrive: HOST:PORT, 0.0.0.0:9470 for every interface (default: of a local server, a free port)',
    ),
    new Option(
      '--wait <time>',
      'the longest to wait for webhooks after the load (default: 45s)',
    ).default('45s'),
    new Option('--poll <time>', 'time between two questions to the API (default: 1s)').default(
      '1s',
    ),
    thresholdFlag(),
  ]);
  addGroup(presence, console.env, 'Scenario:', scenarioFlags());
  addLoadFlags(presence, console.env);
  const server = [serverFlag(), embeddedFlag(), signallingFlag()];
  addGroup(presence, console.env, DEPLOYMENT, [...deploymentFlags(), ...server]);
  addHostFlags(presence, DEPLOYMENT, CONFIRMED.run);
  addGroup(presence, console.env, DEPLOYMENT, [joinExistingRoomsFlag(), ...readFlags()]);
  addGroup(presence, console.env, 'Result:', [
    recordFlag('TIME-presence-NAME'),
    ...reportFlags('presence'),
  ]);
  addGroup(presence, console.env, 'Load generator:', [processesFlag(), quietFlag()]);
  addHelp(presence.addOption(colorFlag()), presenceHelp).action(
    async (files: string[], flags: PresenceFlags, command: Command) => {
      const { presenceCommand } = await import('./commands/presence.ts');
      done(await presenceCommand(files, flags, isTyped(command), console));
    },
  );
};

const presenceHelp: CommandHelp = {
  examples: [
    ['swarm presence --rooms 3 --duration 20s --embedded'],
    ['swarm presence scenarios/churn.yaml --scale 0.1 --listen 0.0.0.0:9470 --report junit'],
    ["swarm presence --rooms 3 --embedded --threshold 'webhook_delay: p(95)<500'"],
  ],
  notes: `
Your deployment must send its webhooks here: add http://THIS-HOST:PORT/ to webhook.urls of
livekit.yaml, with webhook.api_key. A room is created first, to see whether one arrives.

Exit codes: 0 all thresholds are met; 99 one is crossed; 98 nothing to compare, or this host was
too slow; 3 no webhook arrives, or the deployment cannot be reached; 2 bad usage;
130 interrupted.
`,
};
