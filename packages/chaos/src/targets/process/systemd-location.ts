import { identifyProcess } from '@livekit-swarm/host';
import type { Place } from './component.ts';
import { thisMachine } from './local-host.ts';
import { formatUnit, type Unit } from './unit.ts';
import { unitsOf } from './units.ts';

/**
 * Units of systemd on this machine.
 * @throws SwarmError `no-systemd`; `no-member` when there is no such unit
 */
export const systemdPlace = async (units: readonly Unit[]): Promise<Place> => {
  const systemd = unitsOf(thisMachine, 'this machine');
  await systemd.check(units);
  return {
    label: `units ${units.map(({ name }) => name).join(', ')}`,
    reference: () => ({ kind: 'process', place: 'systemd', units: units.map(formatUnit) }),
    parts: () => Promise.all(units.map(systemd.part)),
    identity: async (name) => {
      const { pid } = await systemd.show(name);
      return pid === null ? null : identifyProcess(pid);
    },
    signal: systemd.signal,
    start: systemd.start,
    lacksStart: () =>
      process.getuid?.() === 0 ? null : 'systemctl start needs root: run this as root',
  };
};
