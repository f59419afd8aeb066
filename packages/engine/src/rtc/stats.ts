import type { Stat } from '../client/stat.ts';

/** One entry of rtc-node's statistics: a message of protobuf with the dictionaries of W3C webrtc-stats nested in it. */
export interface RtcStat {
  stats: { case?: string | undefined; value?: object | undefined };
}

/** `inboundRtp` → `inbound-rtp`, as W3C names it. */
const typeOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** As a browser reports them: one flat object each, numbers instead of 64-bit integers. A value that was not measured reads as 0. */
export const flatStats = (stats: readonly RtcStat[]): Stat[] =>
  stats.flatMap(({ stats: { case: name, value } }): Stat[] => {
    if (name === undefined || value === undefined || name === 'certificate') return [];
    const members: Record<string, unknown> = {};
    for (const dictionary of Object.values(value))
      if (typeof dictionary === 'object' && dictionary !== null)
        for (const [member, one] of Object.entries(dictionary))
          if (typeof one !== 'function')
            members[member] = typeof one === 'bigint' ? Number(one) : one;
    // Its name differs from W3C's.
    const { totalFreezeDuration: totalFreezesDuration } = members;
    return [{ ...members, totalFreezesDuration, type: typeOf(name), id: String(members.id) }];
  });
