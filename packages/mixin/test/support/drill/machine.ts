import { cpus } from 'node:os';

/** Looks at the cores of this machine, which may have others at work. */
export interface MachineWatch extends Disposable {
  /** The largest share of them that was used within some seconds, since it was last asked, 0 … 1. */
  peak(): number;
}

const SPAN_MS = 4_000;

export const watchMachine = (): MachineWatch => {
  let last = read();
  let most = 0;
  const look = (): void => {
    const now = read();
    const all = now.all - last.all;
    if (all > 0) most = Math.max(most, 1 - (now.idle - last.idle) / all);
    last = now;
  };
  const timer = setInterval(look, SPAN_MS);
  return {
    peak: () => {
      const peak = most;
      most = 0;
      return peak;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
};

const read = (): { idle: number; all: number } => {
  const times = cpus().map(({ times: of }) => of);
  const idle = times.reduce((sum, one) => sum + one.idle, 0);
  return {
    idle,
    all: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle),
  };
};
