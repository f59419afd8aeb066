/** nftables rules that exist for as long as this process holds them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const exec = promisify(execFile);

const READY_WITHIN_MS = 5_000;
const POLL_MS = 50;

/**
 * Creates a table of family inet, owned by an nft process that waits on its stdin. The kernel
 * removes the table when that process ends, and it ends with its stdin, so no rules remain, however
 * this process ends (Linux 5.12).
 *
 * @param through words before a command that run it on the host in question
 * @throws Error with the output of nft
 */
export const holdTable = async (
  through: readonly string[],
  table: string,
  body: string,
): Promise<{ release(): Promise<void> }> => {
  const [program, args] = nft(through, ['-i']);
  const holder = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let output = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(holder, 'close').catch((error: Error) => {
    output += error.message;
  });
  // The process has ended already: `output` has the reason.
  holder.stdin.on('error', () => {});
  holder.stdin.write(`table inet ${table} { flags owner; ${onOneLine(body)}; }\n`);
  const release = async (): Promise<void> => {
    holder.stdin.end();
    await ended;
  };
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  while (performance.now() < giveUpAt && output === '') {
    if (await exists(through, table)) return { release };
    await sleep(POLL_MS);
  }
  await release();
  throw new Error(
    `nft created no table: ${output.trim() || `no result within ${READY_WITHIN_MS / 1_000} s`}`,
  );
};

/** JSON of libnftables. @throws Error when the table does not exist */
export const listCounters = async (through: readonly string[], table: string): Promise<string> => {
  const [program, args] = nft(through, ['-j', 'list', 'counters', 'table', 'inet', table]);
  return (await exec(program, args)).stdout;
};

/** Reason for which packets cannot be dropped on this host, as a sentence; null: they can. */
export const whyNoPacketFilter = async (): Promise<string | null> => {
  if (process.platform !== 'linux') return 'nftables exist on Linux only';
  try {
    await (await holdTable([], `swarm_probe_${process.pid}`, 'counter probe { }')).release();
    return null;
  } catch (error) {
    return `packets cannot be dropped here: ${error instanceof Error ? error.message : error}`;
  }
};

const nft = ([first, ...rest]: readonly string[], args: readonly string[]): [string, string[]] =>
  first === undefined ? ['nft', [...args]] : [first, [...rest, 'nft', ...args]];

const exists = async (through: readonly string[], table: string): Promise<boolean> => {
  const [program, args] = nft(through, ['list', 'table', 'inet', table]);
  return exec(program, args).then(
    () => true,
    () => false,
  );
};

/** Joins a command to one line: nft reads each line of its input as a command. */
const onOneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => (line.endsWith('{') ? line : `${line};`))
    .join(' ');
