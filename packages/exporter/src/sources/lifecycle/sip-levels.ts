import { findRoutingProblems, ROUTING_PROBLEMS, type SipRouting } from '@livekit-swarm/sip';
import type { LifecycleHandles } from './lifecycle-handles.ts';

/** Levels of SIP trunks and dispatch rules of one deployment. */
export interface SipLevels {
  set(routing: SipRouting): void;
  /** Remove the gauges, since their values are unknown. */
  forget(): void;
}

export const createSipLevels = (target: string, metrics: LifecycleHandles): SipLevels => {
  const trunks = metrics.livekit_swarm_lifecycle_sip_trunks;
  const rules = metrics.livekit_swarm_lifecycle_sip_dispatch_rules;
  const problems = metrics.livekit_swarm_lifecycle_sip_problems;
  let exported = false;
  return {
    set: (routing) => {
      const { inbound, outbound } = routing;
      // Most deployments have no SIP, and need no series of it.
      if (!exported && inbound.length + outbound.length + routing.rules.length === 0) return;
      exported = true;
      trunks.set({ target, direction: 'inbound' }, inbound.length);
      trunks.set({ target, direction: 'outbound' }, outbound.length);
      rules.set({ target }, routing.rules.length);
      const found = findRoutingProblems(routing).map(({ kind }) => ROUTING_PROBLEMS[kind].severity);
      for (const severity of ['error', 'warning'] as const)
        problems.set({ target, severity }, found.filter((one) => one === severity).length);
    },
    forget: () => {
      for (const direction of ['inbound', 'outbound']) trunks.remove({ target, direction });
      rules.remove({ target });
      for (const severity of ['error', 'warning']) problems.remove({ target, severity });
      exported = false;
    },
  };
};
