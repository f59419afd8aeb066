import { type Style, styleFor } from '@livekit-swarm/report';
import type { Progress } from '@livekit-swarm/runner';
import { createLogUpdate } from 'log-update';
import type { OutputStream } from './console.ts';
import { progressBlock, progressLine } from './progress-text.ts';

/** Shows the progress of a run on stderr. */
export interface ProgressPrinter {
  /** A line for an event. */
  print(line: string): void;
  show(progress: Progress): void;
  /** The last state stays visible; results follow. */
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
  stream: OutputStream,
  { quiet, color }: PrinterOptions,
): ProgressPrinter => {
  if (quiet) return { print: () => {}, show: () => {}, done: () => {} };
  // A terminal without a size (some CI systems have them) cannot be redrawn.
  return stream.isTTY && (stream.columns ?? 0) > 0 && (stream.rows ?? 0) > 0
    ? blockPrinter(stream, styleFor(color))
    : linePrinter(stream);
};

const blockPrinter = (stream: OutputStream, style: Style): ProgressPrinter => {
  const update = createLogUpdate(stream);
  return {
    print: (line) => {
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

const linePrinter = (stream: OutputStream): ProgressPrinter => {
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    print: (line) => void stream.write(`${line}\n`),
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
