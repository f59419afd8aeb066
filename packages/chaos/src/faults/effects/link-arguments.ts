import type { LinkFault } from '../../targets/platform.ts';

/** Impairment of packets, by swarm-impair. */
export interface Impairment extends LinkFault {
  /** True: one link per direction for all flows; otherwise one for each flow. */
  shared?: boolean;
}

/** Arguments of swarm-impair that describe a link. */
export const linkArguments = (impairment: Impairment): string[] => {
  const { loss, burst, delayMs, jitterMs, reorder, rateBps, queueMs, shared = false } = impairment;
  const options: [string, number | undefined][] = [
    ['--loss', loss],
    ['--burst', burst],
    ['--delay-us', micros(delayMs)],
    ['--jitter-us', micros(jitterMs)],
    ['--reorder', reorder],
    ['--rate-bps', rateBps],
    ['--queue-us', micros(queueMs)],
  ];
  return [
    ...options.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
    ...(shared ? ['--shared'] : []),
  ];
};

const micros = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms * 1_000);
