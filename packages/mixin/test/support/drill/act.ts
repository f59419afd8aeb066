import type { Watched } from './deployment.ts';

/** A fault, and what the shipped rules must say of it. */
export interface Act {
  /** One word, to choose it by. */
  name: string;
  /** What is done, for people. */
  fault: string;
  /** Alerts that it must raise. */
  fires: readonly string[];
  /** Alerts that would be right to say of it, too; any other is wrong. */
  may: readonly string[];
  /** Of those it raised: that they are taken back once it is healed. */
  resolves: readonly string[];
  /** Whether it drops packets, which is done in a network of our own only. */
  dropsPackets?: true;
  /** Whether all that went before must have been taken back: notices are lost while Prometheus loads a configuration. */
  reloads?: true;
  /** @param strike to be called when all is prepared and the fault begins */
  begin(watched: Watched, strike: () => void): Promise<Begun>;
}

export interface Begun {
  /** Labels that alerts must have, by their name. */
  about?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  heal(): Promise<void>;
  /** Called when everything healed has been seen, before the next fault: the traffic in which it is seen. */
  finish?(): Promise<void>;
}

/** People who join and get nowhere may be told of by all four, the slow ones long after. */
export const JOINS_FAILING = [
  'LiveKitJoinsFailingFast',
  'LiveKitJoinsFailing',
  'LiveKitJoinsFailingSlowly',
  'LiveKitJoinsFailingForDays',
] as const;
