import { formatNumber, plural } from '@livekit-swarm/settings';
import { type CheckResult, found, passed, unknown } from '@livekit-swarm/verify';
import type { EventLoad } from '../event.ts';
import type { EventCheck } from '../event-check.ts';

/** Participants of the scenario that this host can generate. */
export interface GeneratorFacts {
  participants: number;
}

export const generatorRule = (event: EventLoad, { participants }: GeneratorFacts): CheckResult => {
  if (participants < 1) return unknown('this host can generate no such load: see swarm plan');
  if (participants >= event.participants)
    return passed(`this host can generate ${formatNumber(participants)} participants`);
  const hosts = Math.ceil(event.participants / participants);
  return found('warning', [
    `this host can generate ${formatNumber(participants)} of ${formatNumber(event.participants)} participants; a rehearsal needs ${plural(hosts, 'host')} like it`,
  ]);
};

export const generatorCheck = (event: EventLoad, facts: GeneratorFacts): EventCheck => ({
  title: 'This host can rehearse the event',
  severities: ['warning'],
  cause: 'The load of the event needs more cores or memory than this host has',
  fix: 'run the rehearsal on several hosts: swarm host, swarm run --hosts',
  run: async () => generatorRule(event, facts),
});
