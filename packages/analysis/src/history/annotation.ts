import type { DrillLine, DrillStopReason, EventLine } from '@livekit-swarm/record';
import { type RunEvent, runEventOf } from '../summary/run-event.ts';

/**
 * Action of a drill on the deployment, or early end of a drill. Mere observations of a drill are in
 * its own report.
 */
export type DrillAnnotation =
  | { code: 'fault_injected'; fault: string; components: string[] }
  | { code: 'fault_rolled_back'; fault: string }
  | { code: 'fault_skipped'; fault: string; detail: string }
  | { code: 'fault_idle'; fault: string; component: string }
  /** `readyMs`: time from the end of the component until its replacement served, ms. */
  | { code: 'component_replaced'; component: string; replacement: string; readyMs: number }
  | { code: 'drill_void'; reason: DrillStopReason }
  | { code: 'drill_aborted'; reason: DrillStopReason };

/** Event of the run itself, rather than of one of its participants. */
export interface Annotation {
  /** Time of the event after the start of the run, ms. */
  at: number;
  event: RunEvent | DrillAnnotation;
}

export const annotationOf = (line: EventLine | DrillLine): Annotation | null => {
  const event = line.type === 'drill' ? drillAnnotationOf(line) : runEventOf(line);
  return event === null ? null : { at: line.at, event };
};

const drillAnnotationOf = (line: DrillLine): DrillAnnotation | null => {
  switch (line.event) {
    case 'fault_injected':
      return {
        code: 'fault_injected',
        fault: line.fault,
        components: line.components,
      };
    case 'fault_rolled_back':
      return { code: 'fault_rolled_back', fault: line.fault };
    case 'fault_skipped':
      return { code: 'fault_skipped', fault: line.fault, detail: line.detail };
    case 'fault_idle':
      return { code: 'fault_idle', fault: line.fault, component: line.component };
    case 'component_replaced':
      return {
        code: 'component_replaced',
        component: line.component,
        replacement: line.replacement,
        readyMs: line.readyMs,
      };
    case 'void':
      return { code: 'drill_void', reason: line.reason };
    case 'aborted':
      return { code: 'drill_aborted', reason: line.reason };
    case 'steady_state_reached':
    case 'node_changed':
    case 'roll_phase':
    case 'target_assumed':
    case 'registry_observed':
    case 'backends_observed':
    case 'continuity_probed':
    case 'users_moved':
    case 'state_written':
    case 'state_read':
    case 'alert_changed':
    case 'keys_observed':
    case 'name_moved':
    case 'arrivals_observed':
    case 'webhooks_observed':
    case 'scale_observed':
    case 'scale_decided':
    case 'node_ordered':
    case 'autoscaler_observed':
    case 'autoscaler_noticed':
    case 'node_registered':
    case 'spot_noticed':
      return null;
  }
};
