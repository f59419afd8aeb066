import { readFileSync } from 'node:fs';
import {
  ASSUMED_CAPACITY,
  DEFAULT_PRICES,
  estimateCost,
  offersOf,
  type PriceBook,
  type SelfHostedRules,
} from '@livekit-swarm/cost';
import { COST_REPORTERS } from '@livekit-swarm/report/cost';
import { EXIT_CODES, type ExitCode, suggest, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { readCapacity } from '../cost/capacity-file.ts';
import { type LoadFlags, readPricedLoad } from '../cost/priced-load.ts';
import { readPrices } from '../cost/read-prices.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { readNumber } from '../requests/number.ts';

export interface CostFlags extends LoadFlags, ResultOutputFlags {
  prices?: string;
  printPrices?: true;
  provider: string[];
  capacity?: string;
  headroom?: string;
  minNodes?: string;
  autoscale?: true;
  turn?: string;
  staff?: string;
}

/**
 * `swarm cost FILE`: what a load costs a month.
 * @throws SwarmError `invalid_file` for a scenario, timetable, price book or capacity file; `usage` for a flag
 */
export const costCommand = async (
  path: string | undefined,
  flags: CostFlags,
  console: Console,
): Promise<ExitCode> => {
  const { stdout, stderr } = console;
  const output = openResultOutput(COST_REPORTERS, flags, console);
  if (flags.printPrices === true) {
    await write(stdout, readFileSync(DEFAULT_PRICES, 'utf8'));
    return EXIT_CODES.passed.code;
  }
  if (path === undefined)
    throw usageError('there is no load', 'swarm cost FILE, a scenario or a timetable');
  const book = readPrices(flags.prices);
  checkProviders(book, flags.provider);
  const rules = rulesOf(flags, book);
  const load = readPricedLoad(path, flags, {
    roundMinutes: book.livekitCloud.roundsUpToMinutes,
    progress: (line) => {
      if (flags.quiet !== true) stderr.write(`${line}\n`);
    },
  });
  if (!(load.usage.participantMinutes > 0))
    throw usageError(`${path}: no participant ever joins`, 'a load needs participants');
  const estimate = estimateCost({
    book,
    usage: load.usage,
    rules,
    providers: flags.provider,
    traffic: load.traffic,
  });
  const isComplete = await output.show({ load, estimate, rules, book });
  return exitCodeAfter(isComplete, EXIT_CODES.passed.code);
};

const checkProviders = (book: PriceBook, wanted: readonly string[]): void => {
  for (const name of wanted) {
    if (offersOf(book, [name]).length > 0) continue;
    const known = [
      ...Object.keys(book.providers),
      ...offersOf(book).map(({ provider, machine }) => `${provider}:${machine}`),
    ];
    throw usageError(
      `--provider ${name}: the price book does not have it`,
      suggest(name, known, 'available:'),
    );
  }
};

const rulesOf = (flags: CostFlags, book: PriceBook): SelfHostedRules => {
  const [turn] = Object.keys(book.turn);
  const [storage] = Object.keys(book.storage);
  const share = flags.turn === undefined ? 0 : readShare(flags.turn);
  if (share > 0 && turn === undefined)
    throw usageError('--turn: the price book has no TURN service', 'add one under turn');
  return {
    capacity: flags.capacity === undefined ? ASSUMED_CAPACITY : readCapacity(flags.capacity),
    headroom: readNumber('--headroom', flags.headroom ?? '1.5', 1, 100),
    minNodes: Math.round(readNumber('--min-nodes', flags.minNodes ?? '1', 0, 10_000)),
    scaled: flags.autoscale === true,
    turn: share > 0 && turn !== undefined ? { service: turn, share } : null,
    storage: storage ?? null,
    staff: readNumber('--staff', flags.staff ?? '0', 0, 1e9),
  };
};

const readShare = (text: string): number => {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text.trim()) ?? [];
  const share = percent === undefined ? Number.NaN : Number(percent) / 100;
  if (share >= 0 && share <= 1) return share;
  throw usageError(`--turn ${text}: must be a share from 0% to 100%`, 'write --turn 20%');
};
