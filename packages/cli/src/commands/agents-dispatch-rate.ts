import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  carriedRate,
  measureDispatchRate,
  RATE_DISPATCHES,
  type RateResult,
  staysUnder,
} from '@livekit-swarm/agents';
import { watchInterruption } from '@livekit-swarm/host';
import { EXIT_CODES, type ExitCode, interruptedError, usageError } from '@livekit-swarm/settings';
import { dispatchRateText, lateCalls, progressText } from '../agents/dispatch-rate-text.ts';
import { type Console, write } from '../console.ts';
import type { TargetFlags } from '../flags/deployment.ts';
import type { GuardFlags } from '../flags/guard.ts';
import { readLoadGuard } from '../requests/load-guard.ts';
import { readTime } from '../requests/read-time.ts';
import { readDeployment } from '../requests/target.ts';
import { wholeNumber } from '../requests/whole-number.ts';

export interface AgentsDispatchRateFlags
  extends Omit<TargetFlags, 'embedded' | 'server'>,
    GuardFlags {
  rates: string;
  for: string;
  limit: string;
  by: string;
  workers: string;
  wait: string;
  json?: boolean;
}

const MOST_RATE = 1_000;
const readRate = wholeNumber('--rates', 1, MOST_RATE, 'write --rates 5,10,20');
const readWorkers = wholeNumber('--workers', 1, 200);

/** Pause between two rates, in which the server closes the rooms of the first, ms. */
const PAUSE_MS = 3_000;

/**
 * `swarm agents dispatch-rate`: time from a dispatch to a worker, at growing rates of new rooms.
 * @throws SwarmError `usage`; `unreachable` if no worker can register
 */
export const agentsDispatchRateCommand = async (
  flags: AgentsDispatchRateFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const rates = [...new Set(flags.rates.split(',').map(readRate))].sort((a, b) => a - b);
  const by = RATE_DISPATCHES.find((one) => one === flags.by);
  if (by === undefined)
    throw usageError(
      `--by ${flags.by}: not a way of dispatch`,
      `write ${RATE_DISPATCHES.join(', ')}`,
    );
  const options = {
    by,
    workers: readWorkers(flags.workers),
    forMs: readTime('--for', flags.for, 1_000, 600_000),
    waitMs: readTime('--wait', flags.wait, 1_000, 120_000),
  };
  const limitMs = readTime('--limit', flags.limit, 1, 120_000);
  const target = readDeployment(flags, typed);
  const guard = readLoadGuard(flags, (flag) => flag === 'url' && typed(flag), console.env, {
    kind: 'search',
    target,
  });
  guard.assertServer(target.url);
  await guard.assertUnused(target);
  const interruption = watchInterruption();
  const { stop } = interruption;
  const endAtOnce = (): never => process.exit(EXIT_CODES.interrupted.code);
  interruption.kill.addEventListener('abort', endAtOnce);
  const name = `swarm-${randomBytes(4).toString('hex')}`;
  const results: RateResult[] = [];
  try {
    for (const rate of rates) {
      if (results.length > 0) await sleep(PAUSE_MS, undefined, { signal: stop }).catch(() => null);
      if (stop.aborted) break;
      const prefix = `${name}-${rate}`;
      const result = await measureDispatchRate({ ...options, target, prefix, rate, stop });
      if (stop.aborted) break;
      results.push(result);
      await write(console.stderr, `${progressText(result)}\n`);
      // What is queued now would be measured at the next rate.
      if (!staysUnder(result, limitMs)) break;
    }
  } finally {
    interruption.dispose();
  }
  const carried = carriedRate(results, limitMs);
  const document = {
    by,
    workers: options.workers,
    forMs: options.forMs,
    limitMs,
    carried,
    rates: results,
  };
  await write(
    console.stdout,
    flags.json === true
      ? `${JSON.stringify(document, null, 2)}\n`
      : dispatchRateText(document, rates),
  );
  if (stop.aborted) throw interruptedError('the measurement was interrupted');
  if (results.some(lateCalls)) return EXIT_CODES.inconclusive.code;
  return carried === null ? EXIT_CODES.failed.code : EXIT_CODES.passed.code;
};
