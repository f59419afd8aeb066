import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ExporterFlags } from './commands/exporter.ts';
import type { Console } from './console.ts';
import { fromEnvironment } from './flags/environment.ts';
import { repeatable } from './flags/repeatable.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm exporter`. Its code is loaded on use. */
export const addExporterCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const own = (option: Option): Option => fromEnvironment(option, console.env, 'SWARM_EXPORTER_');
  const option = (flags: string, description: string): Option =>
    own(new Option(flags, description));
  const exporter = program
    .command('exporter')
    .description('serve metrics of deployments to Prometheus: probes, rooms, users')
    .addOption(option('--config <file>', 'configuration: see examples/exporter/exporter.yaml'))
    .addOption(option('--listen <address>', '[ADDRESS]:PORT (default: :9465, loopback only)'))
    .addOption(
      own(
        repeatable(
          '--web.listen-address <address>',
          'instead of --listen, as in Prometheus exporters (may be repeated): :9465 is every interface',
        ),
      ),
    )
    .addOption(
      option(
        '--web.config.file <file>',
        'TLS, client certificates and users, in the format of exporter-toolkit',
      ),
    )
    .addOption(option('--token-file <file>', 'file with the bearer token that requests must carry'))
    .addOption(option('--ca <file>', 'certificates of your own CA, PEM, for wss:// deployments'))
    .addOption(option('--tls-cert <file>', 'serve https with this certificate, PEM'))
    .addOption(option('--tls-key <file>', 'private key of the certificate, PEM'))
    .addOption(
      own(
        new Option(
          '--log.level <level>',
          'least important lines of the log: debug, info, warn, error (default: info)',
        ).choices(['debug', 'info', 'warn', 'error']),
      ),
    )
    .addOption(
      own(
        new Option(
          '--log.format <format>',
          'format of the log: logfmt, json (default: logfmt)',
        ).choices(['logfmt', 'json']),
      ),
    );
  addHelp(exporter, exporterHelp).action(async (_flags: unknown, command: Command) => {
    const { exporterCommand } = await import('./commands/exporter.ts');
    done(await exporterCommand(command.opts<ExporterFlags>(), console));
  });
};

const exporterHelp: CommandHelp = {
  examples: [
    ['LIVEKIT_URL=wss://livekit.example.com LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… swarm exporter'],
    [
      'swarm exporter --config exporter.yaml --listen 0.0.0.0:9465 --token-file /run/secrets/exporter-token',
    ],
    ["curl -s 'http://127.0.0.1:9465/probe?target=production&module=audio_pair&debug=true'"],
  ],
  notes: `
Environment:
  Every flag can be set as SWARM_EXPORTER_NAME (--listen: SWARM_EXPORTER_LISTEN); the token itself as SWARM_EXPORTER_TOKEN.
  Without a file, LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET name the deployment, and everything is enabled.
  Defaults < file < environment < flags. A variable that is set but empty is an error.

SIGTERM: running scrapes finish and the rooms of probes are deleted. SIGHUP, or POST /-/reload with
the token: the configuration is read again; if it is wrong, the old one stays in use.
`,
};
