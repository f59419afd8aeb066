/** Runs of `swarm capacity` for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CapacityResult, capacitySchema } from '@livekit-swarm/analysis/capacity';
import { runSwarm, scratch } from './swarm.ts';

/** Rooms of participants that send audio, and of others that only receive. */
export interface Shape {
  name: string;
  senders: number;
  receivers?: number;
  publish?: string;
  /** Joins per second. */
  joinRate?: number;
}

/** A scenario file. */
export const scenarioFile = ({
  name,
  senders,
  receivers = 0,
  publish = '[audio]',
  joinRate = 20,
}: Shape): string => {
  const dir = scratch();
  mkdirSync(dir, { recursive: true });
  const file = join(dir, `${name}.yaml`);
  const receiver = receivers === 0 ? '' : `\n      receiver: { count: ${receivers} }`;
  writeFileSync(
    file,
    `scenario: ${name}
groups:
  rooms:
    executor: constant-rooms
    rooms: 1
    joinRate: ${joinRate}/s
    duration: 10s
    roles:
      sender: { count: ${senders}, publish: ${publish} }${receiver}
`,
  );
  return file;
};

/** A file with settings of livekit-server. */
export const configFile = (settings: string): string => {
  const file = join(scratch(), 'livekit.yaml');
  writeFileSync(file, settings);
  return file;
};

export interface Search {
  exit: number | NodeJS.Signals;
  result: CapacityResult;
  stderr: string;
}

/** Runs a search to its end. @param command that searches */
export const findCapacity = async (
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
  command: readonly string[] = ['capacity'],
): Promise<Search> => {
  const record = join(scratch(), 'capacity');
  const { exit, stdout, stderr } = await runSwarm(
    [...command, file, '--step-duration', '9s', '--record', record, '--json', ...args],
    env,
  );
  return { exit, stderr, result: capacitySchema.parse(JSON.parse(stdout)) };
};
