import type { EndCause } from './protocol.ts';

/**
 * Signals that the kernel or the C library sends to a process for a defect in it, or for a limit
 * that it exceeded.
 */
const OF_DEFECTS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
  'SIGXCPU',
  'SIGXFSZ',
]);

/**
 * Classifies the end of a process.
 * @param oomKilled whether the OOM killer ended a process of the same control group meanwhile; it
 * sends SIGKILL
 */
export const endCause = (
  code: number | null,
  signal: NodeJS.Signals | null,
  oomKilled: boolean,
): EndCause => {
  if (signal === null) return code === 0 ? 'exited' : 'crashed';
  if (signal === 'SIGKILL') return oomKilled ? 'out_of_memory' : 'killed';
  return OF_DEFECTS.has(signal) ? 'crashed' : 'killed';
};
