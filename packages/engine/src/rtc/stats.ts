import type { Stat } from '../client/stat.ts';

/**
 * Entry of rtc-node's statistics: a protobuf message with the dictionaries of W3C webrtc-stats
 * nested in it.
 */
export interface RtcStat {
  stats: { case?: string | undefined; value?: object | undefined };
}

/** W3C name of a type: `inboundRtp` → `inbound-rtp`. */
const typeOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Statistics in the form that a browser reports: one flat object for each entry, numbers instead of
 * 64-bit integers. A value that was not measured reads as 0.
 */
export const flatStats = (stats: readonly RtcStat[]): Stat[] =>
  stats.flatMap(({ stats: { case: name, value } }): Stat[] => {
    if (name === undefined || value === undefined || name === 'certificate') return [];
    const members: Record<string, unknown> = {};
    for (const dictionary of Object.values(value))
      if (typeof dictionary === 'object' && dictionary !== null)
        for (const [member, one] of Object.entries(dictionary))
          if (typeof one !== 'function')
            members[member] = typeof one === 'bigint' ? Number(one) : one;
    // rtc-node names this member `totalFreezeDuration`, W3C names it `totalFreezesDuration`.
    const { totalFreezeDuration: totalFreezesDuration } = members;
    return [{ ...members, totalFreezesDuration, type: typeOf(name), id: String(members.id) }];
  });
