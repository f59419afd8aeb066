import type { LivePage } from '@livekit-swarm/live';
import { findRecord } from '@livekit-swarm/record';
import type { Outcome } from '@livekit-swarm/report';
import { usageError } from '@livekit-swarm/settings';
import type { OutputStream } from './console.ts';
import { wholeNumber } from './requests/whole-number.ts';

/** Flags of a run for the live page: `--ui`, `--ui-port`, `--ui-stay`. */
export interface LivePageFlags {
  ui?: boolean;
  uiPort?: string;
  uiStay?: boolean;
}

/**
 * The page of `--ui`; null without it. Its address goes to stderr, also with `--quiet`: nothing
 * else shows it.
 * @throws SwarmError `usage` for a port that there is not, or that is in use
 */
export const openRunPage = async (
  { ui, uiPort, uiStay }: LivePageFlags,
  stderr: OutputStream,
): Promise<LivePage | null> => {
  if (ui !== true) {
    if (uiPort !== undefined) throw usageError('--ui-port: there is no page without --ui');
    if (uiStay === true) throw usageError('--ui-stay: there is no page without --ui');
    return null;
  }
  return await openPage(uiPort, stderr);
};

/** @throws SwarmError `usage` */
export const openPage = async (
  port: string | undefined,
  stderr: OutputStream,
): Promise<LivePage> => {
  const number = port === undefined ? 0 : readPort(port);
  const { openLivePage } = await import('@livekit-swarm/live');
  const page = await openLivePage({
    port: number,
    onError: (message) => void stderr.write(`live page: ${message}\n`),
  });
  stderr.write(`Live page: ${page.url}\n`);
  return page;
};

const MAX_PORT = 65_535;
const readPort = wholeNumber('--ui-port', 0, MAX_PORT, 'leave it out for a free port');

/** A record without a new line for so long, ms, may be that of a run that was killed. */
const IDLE_MS = 10_000;

/**
 * Shows a record until its end, whether its run has ended or not.
 * @param evaluated reads the whole record, as far as there is one
 * @returns the outcome of the run; null where the signal came before its end
 * @throws SwarmError `bad_record`
 */
export const showRecord = async (
  page: LivePage,
  path: string,
  evaluated: () => Promise<Outcome>,
  signal: AbortSignal,
): Promise<Outcome | null> => {
  const { followRecord } = await import('@livekit-swarm/live');
  const tap = page.beginRecord();
  let idle = false;
  let ended = false;
  for await (const { lines, idleMs } of followRecord(findRecord(path), signal)) {
    tap.add(lines);
    ended = lines.some(({ type }) => type === 'end');
    const isIdle = idleMs >= IDLE_MS;
    if (isIdle && !idle)
      page.notice(
        'The record does not grow: its run may have been killed. Its report so far is below.',
        await evaluated(),
      );
    if (!isIdle && idle) page.notice(null);
    idle = isIdle;
  }
  if (!ended) return null;
  const outcome = await evaluated();
  page.finished(outcome);
  await page.done();
  return outcome;
};
