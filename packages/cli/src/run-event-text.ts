import {
  type AnnouncedLoad,
  describeTarget,
  type RunEvent,
  type Target,
} from '@livekit-swarm/campaign';
import { describeScenario } from '@livekit-swarm/report';
import { runPriceText } from '@livekit-swarm/report/cost';
import { tooLargeText } from '@livekit-swarm/report/plan';
import { formatNumber, plural, withoutSecrets } from '@livekit-swarm/settings';

/** One line for an event of a run. */
export const runEventText = (event: RunEvent): string => {
  switch (event.type) {
    case 'starting':
      return `${describeScenario(event.scenario)} → ${targetText(event.target)}`;
    case 'too_large':
      return tooLargeText(event.planned);
    case 'load_announced':
      return announcementText(event.load);
    case 'preparing':
      return event.line;
    case 'hosts_reserved':
      return `${plural(event.hosts.length, 'host')}, ${plural(event.processes, 'process', 'processes')}: ${event.hosts.map(({ host, cores }) => `${host} (${plural(cores, 'core')})`).join(', ')}`;
    case 'rooms_left':
      return `warning: ${event.count} rooms of this run could not be deleted; the server closes them two minutes after they were left`;
    case 'ingresses_left':
      return `warning: ${plural(event.count, 'ingress', 'ingresses')} of this run could not be deleted: delete them with "lk ingress delete", as their keys stay valid`;
  }
};

const targetText = (target: Target): string => {
  const insteadOf = target.type === 'embedded' ? target.insteadOf : undefined;
  const name = describeTarget(target);
  return insteadOf === undefined
    ? name
    : `${name}, not ${withoutSecrets(insteadOf.url)} of the environment: ${insteadOf.flag} was given`;
};

const MEGABIT = 1_000_000;

const announcementText = ({ host, price, ...load }: AnnouncedLoad): string => {
  const megabits = (bits: number): string => formatNumber(Math.round((10 * bits) / MEGABIT) / 10);
  const text = `Load on ${host}, which is neither this host nor a private network: up to ${plural(load.participants, 'participant')} in ${plural(load.rooms, 'room')}, ${megabits(load.bitsUp)} Mbit/s up and ${megabits(load.bitsDown)} Mbit/s down, ${formatNumber(load.joinsPerSecond)} joins/s.`;
  return price === null ? text : `${text} LiveKit Cloud bills ${runPriceText(price)}.`;
};
