import { assessHost, type PlannedHost } from '@livekit-swarm/runner';
import { expandPlan } from '@livekit-swarm/scenario';
import { type LoadSpec, scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { describe, expect, it } from 'vitest';
import { hostMessages, predictionText, tooLargeText } from './host-messages.ts';

const plannedOn = (
  load: Partial<LoadSpec>,
  server: 'embedded' | 'elsewhere' = 'embedded',
): PlannedHost => {
  const host = {
    ...{ cores: 2, memoryBytes: 8e9 },
    limits: { openFiles: 20_000, localPorts: 28_000 },
  };
  const calibration = { source: 'given', microsPerPacket: 1.5 } as const;
  const plan = expandPlan(scenarioOfLoad(load), 't3st');
  return {
    ...{ host, calibration },
    assessment: assessHost({
      ...{ plan, host, workers: null, need: { udp: 1, tcp: 1 }, server, calibration },
    }),
  };
};

describe('predictionText', () => {
  it('names the capacity of the host', () => {
    const estimate = { unit: 'rooms', besideServer: 260, alone: 900 } as const;
    expect(predictionText({ ...estimate, requested: 500 })).toBe(
      'Estimated capacity of this host: 260 rooms with the server beside it, 900 without; 500 requested.',
    );
  });

  it('does not mention a server that is elsewhere', () => {
    const estimate = {
      unit: 'participants',
      besideServer: null,
      alone: 900,
      requested: 1,
    } as const;
    expect(predictionText(estimate)).toBe(
      'Estimated capacity of this host: 900 participants; 1 requested.',
    );
  });
});

describe('the warning before a run', () => {
  it('reports what is short, how much the host carries, and what to do', () => {
    const planned = plannedOn({ rooms: 500, joinRate: 10 });
    const most = planned.assessment.estimate.besideServer;
    const warning = tooLargeText(planned);
    expect(warning).toMatch(/^warning: This host \(2 cores and 8 GB\) is short of cores: /);
    expect(warning).toContain(`Estimated capacity of this host: ${most} rooms with the server`);
    expect(warning.split('\n').at(-1)).toBe(
      `  The verdict will probably be inconclusive. Use at most ${most} rooms, a server on another host (--url), a larger host or more hosts (--queue).`,
    );
  });

  it('has the same sentences as swarm plan', () => {
    const planned = plannedOn({ rooms: 500 });
    const lines = tooLargeText(planned).replace('warning: ', '').split('\n');
    expect(lines.map((line) => line.trim())).toEqual(hostMessages(planned).map(({ text }) => text));
  });

  it('advises lighter media where there is video, and no server elsewhere where it is there', () => {
    const advice = tooLargeText(
      plannedOn({ rooms: 400, participants: 4, publish: ['audio', 'video'] }, 'elsewhere'),
    )
      .split('\n')
      .at(-1);
    expect(advice).toContain('lighter media (a smaller video, or audio alone)');
    expect(advice).not.toContain('--url');
  });

  it('advises a lower join rate, and as many rooms, where only joins take too much', () => {
    const planned = plannedOn({ rooms: 100, joinRate: 400 });
    const warning = tooLargeText(planned);
    expect(warning).toContain('is short of cores while participants join');
    expect(warning).toContain(
      `Use a join rate of at most ${planned.assessment.carriedJoinsPerSecond}/s, a server on`,
    );
    expect(warning).not.toMatch(/at most \d+ rooms/);
  });
});
