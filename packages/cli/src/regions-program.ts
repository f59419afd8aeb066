import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { RegionsFlags } from './commands/regions.ts';
import type { Console } from './console.ts';
import { addGroup } from './flags/environment.ts';
import { recordFlag, resultOutputFlags } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm regions`. Its code is loaded on use. */
export const addRegionsCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('regions')
    .description('several regions: nearest node, latency, residency, loss')
    .argument('<file>', 'regions, their distances, and what must hold');
  addGroup(command, console.env, 'Regions:', [
    new Option('--without-loss', 'lose no region, also if the file asks for it'),
  ]);
  addGroup(command, console.env, 'Result:', [
    recordFlag('TIME-regions'),
    ...resultOutputFlags('regions'),
  ]);
  addHelp(command, regionsHelp).action(async (file: string, flags: RegionsFlags) => {
    const { regionsCommand } = await import('./commands/regions.ts');
    done(await regionsCommand(file, flags, console));
  });
};

const regionsHelp: CommandHelp = {
  examples: [
    ['swarm regions examples/regions.yaml'],
    ['swarm regions examples/regions.yaml --without-loss --report html=regions.html'],
  ],
  notes: `
Starts livekit-servers in several regions on this host, with the distances of the file between
them. Needs Linux, root, iproute2, nftables and Redis; nothing reaches the network of the host.

Exit code 0: yes. 99: no. 98: unknown. 3: the regions could not be started. 2: wrong file.
`,
};
