import type { DrillLine, EventLine } from '@livekit-swarm/record';
import { isLoad } from '../drill/scenario-of-drill.ts';
import type { JoinProbeResult, Recovery } from './recovery.ts';

type Rotation = NonNullable<Recovery['keyRotation']>;
type Line<Event extends DrillLine['event']> = Extract<DrillLine, { event: Event }>;

/** Reason of a join or reconnect whose token the server does not accept. */
const UNAUTHORIZED = 'unauthorized';

/** Measures who is refused while API keys are rotated, from the lines of a drill's record. */
export interface KeyRotationFold {
  add(line: Line<'keys_observed'> | Line<'webhooks_observed'>): void;
  addEvent(line: EventLine): void;
  /** @returns null: the drill changes no keys */
  result(joinProbes: readonly JoinProbeResult[]): Rotation | null;
}

export const createKeyRotationFold = (): KeyRotationFold => {
  const answers: Rotation['answers'] = [];
  const webhooks = new Map<string, Rotation['webhooks'][number]>();
  /** Time of the first refusal of each participant of the load. */
  const refused = new Map<string, number>();
  const last = new Map<string, string>();
  return {
    add: (line) => {
      if (line.event === 'webhooks_observed') {
        const { at, signer, count } = line;
        const known = webhooks.get(signer) ?? { signer, count: 0, firstAt: at, lastAt: at };
        webhooks.set(signer, { ...known, count: known.count + count, lastAt: at });
        return;
      }
      for (const { key, api, join } of line.keys) {
        const seen = `${api} ${join}`;
        const place = `${line.node} ${key}`;
        if (last.get(place) === seen) continue;
        last.set(place, seen);
        answers.push({ at: line.at, node: line.node, key, api, join });
      }
    },
    addEvent: (line) => {
      const { reason, identity, at } = line;
      if (reason !== UNAUTHORIZED || identity === undefined || !isLoad(line)) return;
      if (!refused.has(identity)) refused.set(identity, at);
    },
    result: (joinProbes) =>
      answers.length === 0 && webhooks.size === 0
        ? null
        : {
            answers,
            webhooks: [...webhooks.values()].sort((a, b) => a.firstAt - b.firstAt),
            joinProbesRefused: joinProbes.filter(({ failure }) => failure === UNAUTHORIZED).length,
            participantsRefused: [...refused]
              .map(([identity, at]) => ({ identity, at }))
              .sort((a, b) => a.at - b.at),
          },
  };
};
