import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { AuditFlags } from './commands/audit.ts';
import type { AuditVerifyFlags } from './commands/audit-verify.ts';
import type { Console } from './console.ts';
import { deploymentFlags } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
import { resultOutputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { tokenEndpointFlags } from './flags/token-endpoint.ts';
import { knownFlags, tokenFlag, turnFlags } from './flags/verify.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm audit` and its command. Their code is loaded on use. */
export const addAuditCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const audit = program
    .command('audit')
    .description('find what tokens and strangers can do, with evidence')
    .usage('[flags]  or  swarm audit verify BUNDLE');
  addGroup(audit, console.env, 'Deployment:', deploymentFlags());
  addHostFlags(audit, 'Deployment:', CONFIRMED.run);
  addGroup(audit, console.env, 'What is known of it:', [
    ...knownFlags(),
    repeatable(
      '--closed-host <host>',
      'another host of the deployment, whose ports must not answer users (may be repeated)',
    ),
    repeatable(
      '--log <file>',
      'a log of your proxy or application, which must have no token (may be repeated)',
    ),
    tokenFlag(),
    ...tokenEndpointFlags(),
    ...turnFlags(),
  ]);
  addGroup(audit, console.env, 'Evidence:', [
    new Option('--bundle <folder>', 'keep findings and evidence in this new folder, signed'),
    new Option(
      '--sign-with <file>',
      'private key of Ed25519, PEM, that signs the bundle (default: one that is made for it)',
    ),
  ]);
  addGroup(audit, console.env, 'Output:', resultOutputFlags('audit'));
  addHelp(audit, auditHelp).action(async (_flags: unknown, own: Command) => {
    const { auditCommand } = await import('./commands/audit.ts');
    done(await auditCommand(own.opts<AuditFlags>(), isTyped(own), console));
  });

  const verify = audit
    .command('verify')
    .description('check that a bundle is as it was signed')
    .argument('<bundle>', 'the folder of --bundle')
    .option('--public-key <file>', 'public key that must have signed it, PEM')
    .option('--json', 'print one JSON object');
  addHelp(verify, verifyHelp).action(async (bundle: string, flags: AuditVerifyFlags) => {
    const { auditVerifyCommand } = await import('./commands/audit-verify.ts');
    done(await auditVerifyCommand(bundle, flags, console));
  });
};

const auditHelp: CommandHelp = {
  examples: [
    ['swarm audit --url wss://livekit.example.com'],
    ['swarm audit --announced 203.0.113.0/24 --closed-host turn.example.com'],
    ['swarm audit --bundle audit-2026-11 --sign-with audit-key.pem --report html=audit.html'],
    ['swarm audit verify audit-2026-11 --public-key audit-key.pub'],
  ],
  notes: `
Joins rooms of random names with at most nine participants, and deletes them. Attempts that are
refused count as failed joins and calls in the metrics of the server. Exit code 0: passed, with or
without warnings. 99: something is open. 98: a check could not be made. 3: the deployment cannot be
reached, or rejects the key.
`,
};

const verifyHelp: CommandHelp = {
  examples: [
    ['swarm audit verify audit-2026-11'],
    ['swarm audit verify audit-2026-11 --public-key audit-key.pub'],
  ],
  notes: `
Exit code 0: every file is as it was signed. 99: something was changed, or another key signed it.
Without --public-key, the key in the bundle is used: it shows changes, and not who signed.
`,
};
