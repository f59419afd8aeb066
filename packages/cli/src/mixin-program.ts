import type { ExitCode } from '@livekit-swarm/settings';
import { type Command, Option } from 'commander';
import type { MixinFlags } from './commands/mixin.ts';
import type { Console } from './console.ts';
import { fromEnvironment } from './flags/environment.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm mixin`. Its code is loaded on use. */
export const addMixinCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('mixin')
    .description('write alert rules and dashboards for your Prometheus')
    .addOption(new Option('--config <file>', 'differences from the variant: mixin.yaml'))
    .addOption(
      new Option(
        '--variant <name>',
        'default, helm, compose or lab; or the key variant of the file',
      ),
    )
    .addOption(new Option('--out <folder>', 'write alerts/, dashboards/ and mixin.libsonnet here'))
    .addOption(
      fromEnvironment(
        new Option(
          '--capacity <file>',
          'capacity.json of swarm capacity: adds the alert on capacity',
        ),
        console.env,
      ),
    )
    .addOption(new Option('--print-config', 'print the whole configuration, as a file, and exit'));
  addHelp(command, mixinHelp).action(async (flags: MixinFlags) => {
    const { mixinCommand } = await import('./commands/mixin.ts');
    done(await mixinCommand(flags, console));
  });
};

const mixinHelp: CommandHelp = {
  examples: [
    ['swarm mixin --variant helm --out monitoring'],
    ['swarm mixin --variant helm --print-config > mixin.yaml'],
    ['swarm mixin --config mixin.yaml --out monitoring'],
    [
      'kubectl apply -n monitoring -f monitoring/alerts/livekit-swarm.prometheus-rule.yaml -f monitoring/dashboards/kubernetes',
    ],
  ],
  notes: `
Files that are there are replaced. Exits with 0, and with 2 when a file is invalid or cannot be
written.
`,
};
