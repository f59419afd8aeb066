import { type Style, styleFor } from '@livekit-swarm/report';
import type { Progress } from '@livekit-swarm/runner';
import { createLogUpdate } from 'log-update';
import { progressBlock, progressLine } from './progress-text.ts';

/** Shows how a run goes, on stderr. */
export interface ProgressPrinter {
  /** Something that happens once. */
  say(line: string): void;
  show(progress: Progress): void;
  /** What is shown last stays; the results follow. */
  done(): void;
}

/** Plain lines: the first as soon as there is progress, then one per interval. */
const LINE_EVERY_MS = 5_000;

export interface PrinterOptions {
  quiet: boolean;
  color: boolean;
}

/** A live block on a terminal, plain lines elsewhere, nothing when it should be quiet. */
export const createProgressPrinter = (
  stream: NodeJS.WriteStream,
  { quiet, color }: PrinterOptions,
): ProgressPrinter => {
  if (quiet) return { say: () => {}, show: () => {}, done: () => {} };
  // A terminal without a size (some CI systems have them) cannot be redrawn.
  return stream.isTTY && stream.columns > 0 && stream.rows > 0
    ? blockPrinter(stream, styleFor(color))
    : linePrinter(stream);
};

const blockPrinter = (stream: NodeJS.WriteStream, style: Style): ProgressPrinter => {
  const update = createLogUpdate(stream);
  return {
    say: (line) => {
      update.clear();
      stream.write(`${line}\n`);
    },
    show: (progress) => update(progressBlock(progress, style)),
    done: () => {
      update.clear();
      update.done();
    },
  };
};

const linePrinter = (stream: NodeJS.WriteStream): ProgressPrinter => {
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    say: (line) => void stream.write(`${line}\n`),
    show: (progress) => {
      if (progress.elapsedMs < nextAt) return;
      // Timers tick a little late: a line that is scheduled within the next half second is printed now.
      nextAt = progress.elapsedMs + LINE_EVERY_MS - 500;
      stream.write(`${progressLine(progress)}\n`);
    },
    done: () => {
      // Another run may follow.
      nextAt = Number.NEGATIVE_INFINITY;
    },
  };
};
