import type { Summary } from '../summary/summary.ts';
import type { MeasuredRun } from './figures.ts';

/** What differs around the runs, in sentences: it may be what is compared, or what spoils the comparison. */
export const environmentNotes = (
  base: readonly MeasuredRun[],
  current: readonly MeasuredRun[],
): string[] => {
  const notes: string[] = [];
  const compare = (
    what: string,
    read: (summary: Summary) => string | number | null | undefined,
  ): void => {
    const [was, is] = [valuesOf(base, read), valuesOf(current, read)];
    if (was !== is) notes.push(`${what} differs: ${was} → ${is}.`);
  };
  compare('The version of the server', ({ deployment }) => deployment?.serverVersion);
  compare('Where the server ran', ({ deployment }) => deploymentOf(deployment));
  const keys = new Set(
    [...base, ...current].flatMap(({ summary }) => Object.keys(summary.environment)),
  );
  for (const key of [...keys].sort())
    compare(`The environment (${NAMES[key] ?? key})`, ({ environment }) => environment[key]);
  compare('The number of workers', ({ workers }) => workers);
  return [...notes, ...busyNote(base, current)];
};

const NAMES: Record<string, string> = {
  swarm: 'version of swarm',
  node: 'version of Node.js',
  memoryBytes: 'memory, bytes',
};

/** A server of ours has another port each time. */
const deploymentOf = (deployment: Summary['deployment']): string | null =>
  deployment === null ? null : deployment.embedded ? 'started by swarm' : deployment.url;

/** Each value once: `4`, or `4, 8` where repeats differ. */
const valuesOf = (
  runs: readonly MeasuredRun[],
  read: (summary: Summary) => string | number | null | undefined,
): string =>
  [...new Set(runs.map(({ summary }) => String(read(summary) ?? 'unknown')))].sort().join(', ');

/** Both on one machine, and one of them with a neighbour: then the neighbour was measured. */
const BUSIER_BY = 0.2;

const busyNote = (base: readonly MeasuredRun[], current: readonly MeasuredRun[]): string[] => {
  const busy = (runs: readonly MeasuredRun[]): number => {
    const shares = runs.flatMap(({ summary }) => summary.generator.machineBusy?.avg ?? []);
    return shares.length === 0 ? Number.NaN : shares.reduce((a, b) => a + b) / shares.length;
  };
  const [was, is] = [busy(base), busy(current)];
  if (!(Math.abs(is - was) > BUSIER_BY)) return [];
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return [
    `The machine of the generator was ${percent(was)} busy in the base runs and ${percent(is)} in the current ones: part of a difference may be its own; swarm ab lets both feel the same.`,
  ];
};
