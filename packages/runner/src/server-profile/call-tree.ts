import { MAX_PROFILED_FUNCTIONS, type ServerProfileLine } from '@livekit-swarm/record';

/** Calls of a sample, callers first, and its CPU time. */
export interface Stack {
  /** Names of functions. */
  calls: readonly string[];
  nanos: number;
}

type CallTree = Pick<ServerProfileLine, 'cpuMs' | 'functions' | 'names' | 'frames'>;

interface Frame {
  name: string;
  nanos: number;
  called: Map<string, Frame>;
}

/** Share of the CPU time below which a frame would be too narrow to see. */
const MIN_SHARE = 0.005;
/** Frames of a line: about 10 kB. */
const MAX_FRAMES = 400;
/** Longest name of a function; Go's generic types have long ones. */
const MAX_NAME = 200;

/** Adds up stacks to a tree of calls, and to functions. */
export const callTreeOf = (stacks: readonly Stack[]): CallTree => {
  const root: Frame = { name: '', nanos: 0, called: new Map() };
  const functions = new Map<string, { self: number; total: number }>();
  for (const { calls, nanos } of stacks) {
    root.nanos += nanos;
    let frame = root;
    for (const name of calls) {
      const next: Frame = frame.called.get(name) ?? { name, nanos: 0, called: new Map() };
      next.nanos += nanos;
      frame.called.set(name, next);
      frame = next;
    }
    const last = calls.at(-1);
    // A function that calls itself counts once.
    for (const name of new Set(calls)) {
      const known = functions.get(name) ?? { self: 0, total: 0 };
      functions.set(name, {
        self: known.self + (name === last ? nanos : 0),
        total: known.total + nanos,
      });
    }
  }
  const heaviest = [...functions]
    .filter(([, { self }]) => self > 0)
    .sort(([, a], [, b]) => b.self - a.self)
    .slice(0, MAX_PROFILED_FUNCTIONS);
  return {
    cpuMs: millis(root.nanos),
    functions: heaviest.map(([name, { self, total }]) => ({
      name: name.slice(0, MAX_NAME),
      selfMs: millis(self),
      totalMs: millis(total),
    })),
    ...framesOf(root),
  };
};

/** The frames with most CPU time, callers first. */
const framesOf = (root: Frame): Pick<CallTree, 'names' | 'frames'> => {
  const names = new Map<string, number>();
  const frames: CallTree['frames'] = [];
  const waiting = [...root.called.values()].map((frame) => ({ frame, caller: -1 }));
  while (frames.length < MAX_FRAMES) {
    // A caller has at least as much time as what it calls: the order by time is one by depth, too.
    waiting.sort((a, b) => a.frame.nanos - b.frame.nanos);
    const next = waiting.pop();
    if (next === undefined || next.frame.nanos < root.nanos * MIN_SHARE) break;
    const { frame, caller } = next;
    const name = frame.name.slice(0, MAX_NAME);
    const index = names.get(name) ?? names.size;
    names.set(name, index);
    frames.push([index, caller, millis(frame.nanos)]);
    for (const called of frame.called.values())
      waiting.push({ frame: called, caller: frames.length - 1 });
  }
  return { names: [...names.keys()], frames };
};

const millis = (nanos: number): number => Math.round(nanos / 1e6);
