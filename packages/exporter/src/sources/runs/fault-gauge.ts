import { CHAOS_METRICS } from '@livekit-swarm/catalogue';
import type { RecordLine } from '@livekit-swarm/record';
import { Gauge, type Registry } from 'prom-client';

const NAME = 'livekit_swarm_chaos_fault_active';

/**
 * Create the gauge of active faults of drills. After the rollback it stays at 0, so that the end is
 * visible.
 */
export const createFaultGauge = (registry: Registry): { begin(): (line: RecordLine) => void } => {
  const { help, labels } = CHAOS_METRICS[NAME];
  const gauge = new Gauge({ name: NAME, help, labelNames: [...labels], registers: [registry] });
  return {
    begin: () => {
      let drill = '';
      const open = new Map<string, { fault: string; components: readonly string[] }>();
      const show = (
        { fault, components }: { fault: string; components: readonly string[] },
        value: 0 | 1,
      ): void => {
        for (const target of components) gauge.set({ drill, fault, target }, value);
      };
      return (line) => {
        if (line.type === 'header') drill = line.scenario.name;
        if (line.type === 'drill' && line.event === 'fault_injected') {
          open.set(line.id, line);
          show(line, 1);
        }
        const rolledBack =
          line.type === 'drill' && line.event === 'fault_rolled_back'
            ? [line.id]
            : line.type === 'end'
              ? [...open.keys()]
              : [];
        for (const id of rolledBack) {
          const fault = open.get(id);
          if (fault !== undefined) show(fault, 0);
          open.delete(id);
        }
      };
    },
  };
};
