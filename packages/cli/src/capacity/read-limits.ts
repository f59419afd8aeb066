import { RESOURCES, type Resource, type UtilisationLimit } from '@livekit-swarm/analysis/capacity';
import { parseMemory, usageError } from '@livekit-swarm/settings';

const UNITS: Record<Resource, Record<string, number>> = {
  cpu: { '': 1 },
  memory: { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 },
  network: {
    'bit/s': 1,
    kbit: 1e3,
    Mbit: 1e6,
    Gbit: 1e9,
    'kbit/s': 1e3,
    'Mbit/s': 1e6,
    'Gbit/s': 1e9,
  },
};

const EXAMPLES: Record<Resource, string> = {
  cpu: 'cpu=70% of the cores of a node, or cpu=2.8 cores',
  memory: 'memory=4GB',
  network: 'network=800Mbit',
};

/**
 * Reads a limit of the use of a node: `cpu=70%`, `cpu=2.8`, `memory=4GB`, `network=800Mbit`.
 * @param cores of a node; null: not known
 * @throws SwarmError `usage`
 */
export const readUntil = (text: string, cores: number | null): UtilisationLimit => {
  const [, name = '', value = '', unit = ''] =
    /^\s*([a-z]+)\s*=\s*(\d*\.?\d+)\s*(\S*)\s*$/.exec(text) ?? [];
  const resource = RESOURCES.find((one) => one === name);
  if (resource === undefined)
    throw usageError(`--until ${text}: not a limit`, `write ${Object.values(EXAMPLES).join('; ')}`);
  const amount = Number(value);
  if (amount > 0 && resource === 'cpu' && unit === '%') return ofCores(text, amount / 100, cores);
  const factor = UNITS[resource][unit];
  if (factor === undefined || amount <= 0)
    throw usageError(`--until ${text}: not an amount`, `write ${EXAMPLES[resource]}`);
  return { resource, limit: amount * factor, share: null };
};

const ofCores = (text: string, share: number, cores: number | null): UtilisationLimit => {
  if (share > 1)
    throw usageError(`--until ${text}: a node has 100 % of its cores`, 'write cpu=70%');
  if (cores === null)
    throw usageError(
      `--until ${text}: the number of cores of a node is unknown`,
      'add --node-cores 4, or write how many of them: --until cpu=2.8',
    );
  // Messages show it: 0.14 cores, not 0.13999999999999999.
  return { resource: 'cpu', limit: Number((share * cores).toPrecision(6)), share };
};

/**
 * Reads an amount of memory: `2GB`.
 * @returns bytes; null: not given
 * @throws SwarmError `usage`
 */
export const readMemory = (flag: string, text: string | undefined): number | null => {
  if (text === undefined) return null;
  const bytes = parseMemory(text);
  if (bytes !== null) return bytes;
  throw usageError(`${flag} ${text}: not an amount of memory`, 'write 2GB, or 512MB');
};

/** @throws SwarmError `usage` */
export const readCores = (flag: string, text: string | undefined): number | null => {
  if (text === undefined) return null;
  const cores = /^\d*\.?\d+$/.test(text.trim()) ? Number(text) : 0;
  if (cores > 0) return cores;
  throw usageError(`${flag} ${text}: not a number of cores`, 'write 4, or 0.5');
};
