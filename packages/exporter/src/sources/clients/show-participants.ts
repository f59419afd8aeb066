import type { Participant } from './sessions.ts';
import type { ClientHandles } from './tally.ts';

/** Sets what is a level rather than a count: who is here, over what, and how the rooms on the list are. */
export const showParticipants = (metrics: ClientHandles, active: readonly Participant[]): void => {
  for (const gauge of [
    metrics.swarm_client_sessions,
    metrics.swarm_client_session_transports,
    metrics.swarm_client_session_networks,
    metrics.swarm_client_room_quality_score,
    metrics.swarm_client_room_loss_ratio,
  ]) {
    gauge.reset();
  }
  for (const { sdk, browser, transport, network } of active) {
    metrics.swarm_client_sessions.inc({ sdk, browser });
    metrics.swarm_client_session_transports.inc({ transport });
    metrics.swarm_client_session_networks.inc({ network });
  }
  for (const [room, inside] of Map.groupBy(active, ({ room }) => room)) {
    if (room === undefined) continue;
    const scores = inside.map(({ last }) => last.score).filter((score) => score !== undefined);
    const expected = sum(inside.map(({ last }) => last.expected));
    if (scores.length > 0)
      metrics.swarm_client_room_quality_score.set({ room }, sum(scores) / scores.length);
    if (expected > 0)
      metrics.swarm_client_room_loss_ratio.set(
        { room },
        Math.min(1, sum(inside.map(({ last }) => last.lost)) / expected),
      );
  }
};

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
