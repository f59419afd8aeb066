import { DEFAULT_TOLERANCES, type Tolerances } from '@livekit-swarm/analysis/soak';
import type { SoakSettings } from '@livekit-swarm/campaign/soak';
import type { Scenario } from '@livekit-swarm/scenario';
import { parseDuration, usageError } from '@livekit-swarm/settings';
import type { AbScenarioFlags } from '../ab/ab-scenario.ts';
import type { DeploymentFlags } from '../flags/deployment.ts';
import type { GeneratorFlags } from '../flags/generator.ts';
import type { ResultFlags } from '../flags/output.ts';
import type { ServerMetricsFlags } from '../flags/server-metrics.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { readDepartures } from './read-departures.ts';

export interface SoakFlags
  extends AbScenarioFlags,
    Omit<DeploymentFlags, 'server'>,
    Pick<ServerMetricsFlags, 'serverMetrics'>,
    GeneratorFlags,
    ResultFlags {
  for: string;
  departures?: string;
  settle: string;
  warmUp?: string;
  tolerate: string[];
  server: string[];
}

const LEAST_MS = 10_000;
const MOST_MS = 7 * 24 * 3_600_000;
const MOST_WARM_UP = 1_000;
const LEAST_WARM_UP = 2;

/** @throws SwarmError `usage` */
export const readSoakSettings = (flags: SoakFlags, scenario: Scenario): SoakSettings => {
  const departures = readDepartures(flags.departures, scenario);
  return {
    scenario,
    departures,
    forMs: readTime('--for', flags.for),
    settleMs: readTime('--settle', flags.settle),
    warmUpCycles:
      flags.warmUp === undefined
        ? Math.max(LEAST_WARM_UP, departures.length)
        : wholeNumber('--warm-up', 1, MOST_WARM_UP)(flags.warmUp),
    tolerances: readTolerances(flags.tolerate),
  };
};

const readTime = (flag: string, text: string): number => {
  const ms = parseDuration(text);
  if (ms >= LEAST_MS && ms <= MOST_MS) return ms;
  throw usageError(`${flag} ${text}: must be from 10s to 168h`, 'write it like 1h');
};

const TOLERATED = {
  goroutines: { resource: 'goroutines', unit: 1 },
  descriptors: { resource: 'descriptors', unit: 1 },
  memory: { resource: 'memoryBytes', unit: 1_000_000 },
} as const;

/** `goroutines=20`, `descriptors=10`, `memory=10MB`. @throws SwarmError `usage` */
const readTolerances = (texts: readonly string[]): Tolerances => {
  const tolerances = { ...DEFAULT_TOLERANCES };
  for (const text of texts) {
    const [, name = '', amount = ''] = /^(\w+)=(\d*\.?\d+)(?:\s*MB)?$/.exec(text.trim()) ?? [];
    const known = Object.hasOwn(TOLERATED, name) ? TOLERATED[name as keyof typeof TOLERATED] : null;
    if (known === null || /MB$/.test(text.trim()) !== (name === 'memory'))
      throw usageError(
        `--tolerate ${text}: not a resource and what may remain of it per 1,000 joins`,
        'write goroutines=20, descriptors=10 or memory=10MB',
      );
    tolerances[known.resource] = Number(amount) * known.unit;
  }
  return tolerances;
};
