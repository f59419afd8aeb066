import type { Window } from './windows.ts';

/** How a threshold refers to a part of the run. */
export type WindowRef =
  /** `@peak`: a window of the plan. */
  | { type: 'named'; name: string }
  /** `@*`: every stage, each evaluated separately. */
  | { type: 'stages' }
  /** `@30s..60s`: counted from the start, ms. */
  | { type: 'stretch'; fromMs: number; toMs: number };

/** As it is written, without the `@`: `peak`, `*`, `30s..60s`. */
export const formatWindow = (ref: WindowRef): string => {
  switch (ref.type) {
    case 'named':
      return ref.name;
    case 'stages':
      return '*';
    case 'stretch':
      return `${formatTime(ref.fromMs)}..${formatTime(ref.toMs)}`;
  }
};

/** Those of a plan's windows that a reference selects; none if the plan has no such window. */
export const windowsMeant = (ref: WindowRef, windows: readonly Window[]): Window[] => {
  switch (ref.type) {
    case 'named':
      return windows.filter(({ name }) => name === ref.name).slice(0, 1);
    case 'stages':
      return windows.filter(({ source }) => source === 'stage');
    case 'stretch':
      return [{ name: formatWindow(ref), fromMs: ref.fromMs, toMs: ref.toMs, source: 'custom' }];
  }
};

const formatTime = (ms: number): string => (ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`);
