import { quote, usageError } from '@livekit-swarm/settings';
import { type ClientEngineName, clientEngine } from './role-keys/engine.ts';
import { DEFAULT_ROLE, type RoleSpec } from './role-keys/registry.ts';
import type { WitnessSpec } from './scenario.ts';

/** Largest number of witnesses; more of them would be load. */
const MOST = 20;

/** Read `browser`, `firefox:2` or `rtc:3`. @throws SwarmError `usage` */
export const parseWitness = (text: string): WitnessSpec => {
  const [, name, digits = '1'] = /^([a-z]+)(?::(\d+))?$/.exec(text.trim()) ?? [];
  const count = Number(digits);
  const { data: engine } = clientEngine.safeParse(name);
  if (engine !== undefined && count >= 1 && count <= MOST) return { engine, count };
  throw usageError(
    `${quote(text)} is not browser, firefox or rtc with a number`,
    `write browser, firefox:2 or rtc:3; from 1 to ${MOST}`,
  );
};

/** Witnesses with one entry per engine: the last one counts. */
export const mergeWitnesses = (witnesses: readonly WitnessSpec[]): WitnessSpec[] => [
  ...new Map<ClientEngineName, WitnessSpec>(witnesses.map((one) => [one.engine, one])).values(),
];

export const formatWitness = ({ engine, count }: WitnessSpec): string =>
  count === 1 ? engine : `${engine}:${count}`;

/**
 * Role of a witness, which receives everything and sends nothing. It has the name of its engine.
 */
export const witnessRole = ({ engine, count }: WitnessSpec): RoleSpec => ({
  name: engine,
  count,
  publish: [],
  ...DEFAULT_ROLE,
  engine,
});
