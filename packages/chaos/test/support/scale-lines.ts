/** Made-up lines of the record of a rehearsal. */
import type { DrillEvent, DrillLine, EventLine } from '@livekit-swarm/record';
import { isDeployed, parseScaler, type ScalerFile } from '../../src/scale/scaler-file.ts';

export const scalerFileOf = (more = ''): ScalerFile => {
  const settings = parseScaler(
    `scaler: evening
scenario: load.yaml
nodes: { max: 3, carries: 15, boot: 2s }
rule: { metric: participants, target: 10, coolDown: { down: 10s } }
${more}`,
    'scaler.yaml',
  );
  if (isDeployed(settings)) throw new Error('not a file of the reference scaler');
  return settings.value;
};

export const drillLine = (at: number, event: DrillEvent): DrillLine => ({
  type: 'drill',
  at,
  ...event,
});

export const observed = (at: number, load: Record<string, number> | null, wanted: number) =>
  drillLine(at, {
    event: 'scale_observed',
    ...{ load, wanted, serving: Object.keys(load ?? {}) },
  });

export const changed = (
  at: number,
  component: string,
  step: Extract<DrillEvent, { event: 'node_changed' }>['step'],
  { id = 'scale', rooms = [] as string[], nodeId = `ND_${component}` } = {},
) =>
  drillLine(at, {
    event: 'node_changed',
    ...{ id, component, step, nodeId, version: null, rooms, detail: null },
  });

/** A participant that is connected. @param tookMs from its planned join */
export const joined = (at: number, identity: string, node: string, tookMs = 100): EventLine => ({
  ...{ type: 'event', at, event: 'joined', identity, room: `room-${node}`, role: 'speaker' },
  ...{ node: `ND_${node}`, phases: { started: 0, joined: tookMs } },
});
