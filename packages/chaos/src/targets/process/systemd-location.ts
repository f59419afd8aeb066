import { identifyProcess } from '@livekit-swarm/host';
import type { Location } from './component.ts';
import { localHost } from './local-host.ts';
import { formatUnit, type Unit } from './unit.ts';
import { unitsOf } from './units.ts';

/**
 * Units of systemd on this host.
 * @throws SwarmError `systemd_unavailable`, `component_not_found`
 */
export const systemdLocation = async (units: readonly Unit[]): Promise<Location> => {
  const systemd = unitsOf(localHost, 'this host');
  await systemd.check(units);
  return {
    label: `units ${units.map(({ name }) => name).join(', ')}`,
    reference: () => ({ kind: 'process', place: 'systemd', units: units.map(formatUnit) }),
    components: () => Promise.all(units.map(systemd.component)),
    identity: async (name) => {
      const { pid } = await systemd.show(name);
      return pid === null ? null : identifyProcess(pid);
    },
    signal: systemd.signal,
    start: systemd.start,
    whyNotStartable: () =>
      process.getuid?.() === 0 ? null : 'systemctl start needs root: run this as root',
  };
};
