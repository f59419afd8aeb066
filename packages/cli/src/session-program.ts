import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { SessionFlags } from './commands/session.ts';
import type { Console } from './console.ts';
import { fromEnvironment } from './flags/environment.ts';
import { resultOutputFlags } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm session`. Its code is loaded on use. */
export const addSessionCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('session')
    .description('show a room of real users: timeline, and which leg was impaired')
    .argument('[room]', 'name of the room')
    .argument('[identity]', 'one participant of it')
    .option(
      '--exporter <url>',
      'swarm exporter with a session journal (default: http://127.0.0.1:9465)',
      'http://127.0.0.1:9465',
    )
    .option('--file <file>', 'the journal itself, without an exporter')
    .addOption(
      fromEnvironment(
        new Option('--token-file <file>', 'file with the token that the exporter requires'),
        console.env,
        'SWARM_EXPORTER_',
      ),
    )
    .option('--ca <file>', 'certificates of your own CA, PEM, for https:// exporters')
    .option('--since <time>', 'age of the oldest session: 2h, 30m (default: 24h)')
    .option('--until <time>', 'age of the newest session: 1h (default: now)')
    .option('--delete-identity <id>', 'delete everything about a participant, in all rooms');
  for (const option of resultOutputFlags('session')) command.addOption(option);
  addHelp(command, sessionHelp).action(
    async (room: string | undefined, identity: string | undefined, flags: SessionFlags) => {
      const { sessionCommand } = await import('./commands/session.ts');
      done(await sessionCommand(room, identity, flags, console));
    },
  );
};

const sessionHelp: CommandHelp = {
  examples: [
    ['swarm session town-hall'],
    ['swarm session town-hall anna --since 2h'],
    [
      'swarm session town-hall --exporter https://metrics.example.com --token-file /run/secrets/exporter-token',
    ],
    ['swarm session town-hall --file /var/lib/swarm/sessions.db --json'],
    ['swarm session --delete-identity anna'],
  ],
  notes: `
Environment:
  SWARM_EXPORTER_TOKEN, SWARM_EXPORTER_TOKEN_FILE: the token of the exporter.

Exits with 0, with 2 when there is no such session, and with 3 when the exporter does not answer.
`,
};
