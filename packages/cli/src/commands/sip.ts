import { readFile } from 'node:fs/promises';
import { readSecret, watchInterruption } from '@livekit-swarm/host';
import { type ApiTarget, assertHostAllowed, readHostRules } from '@livekit-swarm/livekit';
import { SIP_REPORTERS, type SipResult } from '@livekit-swarm/report/sip';
import {
  EXIT_CODES,
  type ExitCode,
  formatNumber,
  messageOf,
  plural,
  usageError,
} from '@livekit-swarm/settings';
import {
  type CallProgress,
  type CallsRequest,
  judgeCalls,
  measureCalls,
  ownAudio,
  payloadsOf,
  readDigits,
  readNumbers,
  readWav,
  runCalls,
  sipAddressText,
  sipThresholds,
} from '@livekit-swarm/sip';
import { type Console, write } from '../console.ts';
import type { TargetFlags } from '../flags/deployment.ts';
import type { HostFlags } from '../flags/host-rules.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { readTime } from '../requests/read-time.ts';
import { secretPlace } from '../requests/secret-place.ts';
import { readSipTarget } from '../requests/sip-target.ts';
import { readDeployment } from '../requests/target.ts';
import { wholeNumber } from '../requests/whole-number.ts';

export interface SipFlags
  extends Omit<TargetFlags, 'embedded' | 'server'>,
    HostFlags,
    ResultOutputFlags {
  number?: string[];
  numbers?: string;
  from: string;
  calls: string;
  rate: string;
  concurrency: string;
  hold: string;
  answerWithin: string;
  auth?: string;
  transferTo?: string;
  threshold: string[];
  codec: 'pcmu' | 'pcma';
  audio?: string;
  dtmf?: string;
  dtmfAfter: string;
  roomPrefix: string;
}

const MOST_CALLS = 10_000;
const MOST_OPEN = 500;
const MOST_PER_SECOND = 50;
const HOUR_MS = 3_600_000;

/**
 * `swarm sip`: calls a SIP service, and judges what callers observed.
 * @throws SwarmError `usage`, `no_program`, `no_ports`, `unreachable`, `not_started`
 */
export const sipCommand = async (
  text: string,
  flags: SipFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { env, stderr } = console;
  const output = openResultOutput(SIP_REPORTERS, flags, console);
  const numbers = [
    ...(flags.number ?? []).flatMap((number) => readNumbers(number, '--number')),
    ...(flags.numbers === undefined
      ? []
      : readNumbers(
          (await readFileOf('--numbers', flags.numbers)).toString('utf8'),
          flags.numbers,
        )),
  ];
  const transferTo = flags.transferTo ?? null;
  const address = readSipTarget(text, numbers, transferTo, flags, env);
  const thresholds = sipThresholds(flags.threshold);
  const holdMs = readTime('--hold', flags.hold, 1_000, HOUR_MS);
  const payloadType = flags.codec === 'pcmu' ? 0 : 8;
  const credentials = flags.auth === undefined ? null : await readCredentials(flags.auth, env);
  const samples =
    flags.audio === undefined
      ? ownAudio()
      : readWav(await readFileOf('--audio', flags.audio), flags.audio);
  const [from, ...others] = readNumbers(flags.from, '--from');
  if (from === undefined || others.length > 0)
    throw usageError(`--from ${flags.from}: must be one number`, 'write --from +15105550111');
  const deployment = readFollowed(flags, typed, env);
  const interruption = watchInterruption();
  const request: CallsRequest = {
    script: {
      ...{ address, payloadType, hasCredentials: credentials !== null, holdMs },
      answerWithinMs: readTime('--answer-within', flags.answerWithin, 1_000, HOUR_MS),
      transferTo,
    },
    ...{ numbers, from, credentials },
    calls: wholeNumber('--calls', 1, MOST_CALLS)(flags.calls),
    callsPerSecond: readRate(flags.rate),
    concurrency: wholeNumber('--concurrency', 1, MOST_OPEN)(flags.concurrency),
    media: {
      ...{ payloadType, payloads: payloadsOf(samples, payloadType) },
      dtmf:
        flags.dtmf === undefined
          ? null
          : {
              digits: readDigits(flags.dtmf),
              afterMs: readTime('--dtmf-after', flags.dtmfAfter, 0, holdMs),
            },
    },
    ...{ deployment, stop: interruption.stop },
    onProgress: (progress) => {
      if (flags.quiet !== true) void stderr.write(progressText(progress));
    },
  };
  try {
    if (flags.quiet !== true)
      await write(
        stderr,
        `${plural(request.calls, 'call')} to ${plural(numbers.length, 'number')} at ${sipAddressText(address)}\n`,
      );
    const run = await runCalls(request);
    const metrics = measureCalls(run);
    const judgement = judgeCalls(run, metrics, thresholds);
    const exitCode = interruption.stop.aborted
      ? EXIT_CODES.interrupted.code
      : judgement.isUnreachable
        ? EXIT_CODES.unreachable.code
        : EXIT_CODES[judgement.verdict].code;
    const { callsPerSecond, concurrency } = request;
    const result: SipResult = {
      ...{ address: sipAddressText(address), callsPerSecond, concurrency, run, metrics },
      ...{ judgement, exitCode },
    };
    return exitCodeAfter(await output.show(result), exitCode);
  } finally {
    interruption.dispose();
  }
};

/** The deployment whose API is asked for participants; null: none is named on the command line. */
const readFollowed = (
  flags: SipFlags,
  typed: (flag: string) => boolean,
  env: NodeJS.ProcessEnv,
): { target: ApiTarget; roomPrefix: string } | null => {
  // A URL of the environment is there for other commands: each room of it would be asked.
  if (flags.url === undefined || !typed('url')) return null;
  const target = readDeployment(flags, typed);
  assertHostAllowed(target.url, readHostRules(flags, env));
  return { target, roomPrefix: flags.roomPrefix };
};

const progressText = ({ calls, answered, open, refused }: CallProgress): string =>
  `${formatNumber(calls)} calls: ${formatNumber(answered)} answered, ${formatNumber(refused)} refused; ${formatNumber(open)} open\n`;

const readFileOf = async (flag: string, path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (error) {
    throw usageError(`${flag} ${path}: ${messageOf(error)}`, 'check the path');
  }
};

const AUTH = {
  flag: '--auth',
  what: 'user and password are',
  hint: 'write env:NAME or file:PATH; the variable or file holds USER: PASSWORD',
};

const readCredentials = async (
  text: string,
  env: NodeJS.ProcessEnv,
): Promise<{ username: string; password: string }> => {
  const secret = await readSecret(secretPlace(text, AUTH), '--auth', { env, dir: '.' });
  const [, username, password] = /^([^\s:]+)\s*:\s*(\S+)$/.exec(secret) ?? [];
  if (username !== undefined && password !== undefined) return { username, password };
  throw usageError('--auth: holds no user and password', 'it must hold one line, USER: PASSWORD');
};

const readRate = (text: string): number => {
  const [, number = '', unit] = /^(\d+(?:\.\d+)?)\/(s|min)$/.exec(text) ?? [];
  const perSecond = Number(number) / (unit === 'min' ? 60 : 1);
  if (number !== '' && perSecond >= 1 / 60 && perSecond <= MOST_PER_SECOND) return perSecond;
  throw usageError(
    `--rate ${text}: must be from 1/min to ${MOST_PER_SECOND}/s`,
    'write --rate 2/s, or --rate 30/min',
  );
};
