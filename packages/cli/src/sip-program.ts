import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { SipFlags } from './commands/sip.ts';
import type { Console } from './console.ts';
import { deploymentFlags } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { addHostFlags } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
import { resultOutputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { thresholdFlag } from './flags/verdict.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm sip`. Its code is loaded on use. */
export const addSipCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('sip')
    .argument('<address>', 'SIP service that is called: sip:sip.example.com:5060;transport=udp')
    .description('call a SIP service: delays, failures, one-way audio');
  addGroup(command, console.env, 'Calls:', [
    repeatable('--number <number>', 'number that is called (may be repeated; in turns)'),
    new Option('--numbers <file>', 'file with numbers, one a line'),
    new Option('--from <number>', 'number of the caller (default: swarm)').default('swarm'),
    new Option('--calls <n>', 'calls in all (default: 1)').default('1'),
    new Option('--rate <rate>', 'calls that begin: 2/s, 30/min (default: 1/s)').default('1/s'),
    new Option('--concurrency <n>', 'most calls that are open (default: 10)').default('10'),
    new Option('--hold <time>', 'from the answer until the caller hangs up (default: 10s)').default(
      '10s',
    ),
    new Option(
      '--answer-within <time>',
      'from the last provisional response until a call is cancelled (default: 30s)',
    ).default('30s'),
    new Option(
      '--auth <place>',
      'where USER: PASSWORD for digest is: env:NAME or file:PATH (default: none)',
    ),
    new Option('--transfer-to <uri>', 'transfer each call there at its end: sip:+15105550100@…'),
    thresholdFlag(),
  ]);
  addGroup(command, console.env, 'Audio:', [
    new Option('--codec <codec>', 'pcmu or pcma (default: pcmu)')
      .choices(['pcmu', 'pcma'])
      .default('pcmu'),
    new Option(
      '--audio <file>',
      'WAV file of 8,000 Hz that callers play in a loop (default: a buzz like a voice)',
    ),
    new Option('--dtmf <digits>', 'digits that are pressed after the answer: 1234# (RFC 4733)'),
    new Option('--dtmf-after <time>', 'from the answer until then (default: 2s)').default('2s'),
  ]);
  addGroup(
    command,
    console.env,
    'Deployment (participants are followed with a typed --url only):',
    [
      ...deploymentFlags(),
      new Option(
        '--room-prefix <text>',
        'rooms in which participants are looked for (default: all, at most 1,000)',
      )
        .default('')
        .argParser(String),
    ],
  );
  addHostFlags(command, 'Deployment (participants are followed with a typed --url only):', CALLED);
  addGroup(command, console.env, 'Output:', resultOutputFlags('sip'));
  addHelp(command, sipHelp).action(async (address: string, flags: SipFlags, own: Command) => {
    const { sipCommand } = await import('./commands/sip.ts');
    done(await sipCommand(address, flags, isTyped(own), console));
  });
};

const CALLED = 'every SIP service that is not on this host, as calls cost money and ring phones';

const sipHelp: CommandHelp = {
  examples: [
    ['swarm sip sip:sip.example.com --number +15105550100 --confirm-target sip.example.com'],
    ['swarm sip 127.0.0.1:5060 --number 100 --calls 50 --rate 5/s --concurrency 50'],
    ['swarm sip 127.0.0.1 --number 100 --auth file:trunk.txt --dtmf 12# --report junit=sip.xml'],
  ],
  notes: `
Needs SIPp (Debian: sip-tester). Callers are on IPv4, UDP or TCP, without TLS and SRTP. Calls cost
money: numbers are called as often as --calls states. Tested with SIPp's own answering side, and
never run against livekit/sip.

Exit codes: 0 all thresholds are met; 99 one is crossed; 98 this host was too slow, or nothing was
measured; 3 nothing answers, or SIPp is not installed; 2 bad usage; 130 interrupted: open calls
were ended.
`,
};
