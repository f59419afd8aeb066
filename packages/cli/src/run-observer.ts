import type { RunObserver } from '@livekit-swarm/campaign';
import type { ProgressPrinter } from './progress-printer.ts';
import { runEventText } from './run-event-text.ts';

/** Shows a run on stderr. */
export const showRun = (printer: ProgressPrinter): RunObserver => ({
  onEvent: (event) => printer.print(runEventText(event)),
  onProgress: printer.show,
  onEnd: printer.done,
});

/** Shows the runs of a session on stderr: the same lines on scenario and server would come with every run; a load is announced when it changes. */
export const showRunsOfSession = (printer: ProgressPrinter): RunObserver => {
  let announced: string | null = null;
  return {
    ...showRun(printer),
    onEvent: (event) => {
      if (event.type !== 'load_announced') return;
      const text = runEventText(event);
      if (text !== announced) printer.print(text);
      announced = text;
    },
  };
};
