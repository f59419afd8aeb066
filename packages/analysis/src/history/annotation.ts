import type { DrillLine, EventLine } from '@livekit-swarm/record';
import { type RunEvent, runEventOf } from '../summary/run-event.ts';

/** What a drill did to the deployment, or how it ended early. What it only observed is in its own report. */
export type DrillAnnotation =
  | { code: 'fault_injected'; fault: string; target: string; components: string[] }
  | { code: 'fault_rolled_back'; fault: string }
  | { code: 'fault_skipped'; fault: string; message: string }
  /** `readyMs`: from its end until its replacement served. */
  | { code: 'component_replaced'; component: string; replacement: string; readyMs: number }
  | { code: 'drill_void'; message: string }
  | { code: 'drill_aborted'; message: string };

/** An event of the run itself, rather than of one of its participants. */
export interface Annotation {
  /** Milliseconds after the start. */
  at: number;
  event: RunEvent | DrillAnnotation;
}

export const annotationOf = (line: EventLine | DrillLine): Annotation | null => {
  const event = line.type === 'drill' ? drillAnnotationOf(line) : runEventOf(line);
  return event === null ? null : { at: line.at, event };
};

const drillAnnotationOf = (line: DrillLine): DrillAnnotation | null => {
  switch (line.what) {
    case 'fault':
      return {
        code: 'fault_injected',
        fault: line.fault,
        target: line.target,
        components: line.members,
      };
    case 'heal':
      return { code: 'fault_rolled_back', fault: line.fault };
    case 'skipped':
      return { code: 'fault_skipped', fault: line.fault, message: line.message };
    case 'comeback':
      return {
        code: 'component_replaced',
        component: line.member,
        replacement: line.successor,
        readyMs: line.readyMs,
      };
    case 'void':
      return { code: 'drill_void', message: line.message };
    case 'aborted':
      return { code: 'drill_aborted', message: line.message };
    case 'steady':
    case 'registry':
    case 'backends':
    case 'alert':
      return null;
  }
};
