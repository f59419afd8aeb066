import type { RunObserver } from '@livekit-swarm/campaign';
import type { ProgressPrinter } from './progress-printer.ts';
import { runEventText } from './run-event-text.ts';

/** Shows a run on stderr. */
export const showRun = (printer: ProgressPrinter): RunObserver => ({
  onEvent: (event) => printer.print(runEventText(event)),
  onProgress: printer.show,
  onEnd: printer.done,
});

/**
 * Shows the runs of a session on stderr. The same lines on scenario and host would come with every run: shown are builds, and a load where it differs from that
 * of the run before.
 */
export const showRunsOfSession = (printer: ProgressPrinter): RunObserver => {
  let announced: string | null = null;
  return {
    ...showRun(printer),
    onEvent: (event) => {
      if (event.type === 'preparing') printer.print(event.line);
      if (event.type !== 'load_announced') return;
      const text = runEventText(event);
      if (text !== announced) printer.print(text);
      announced = text;
    },
  };
};
