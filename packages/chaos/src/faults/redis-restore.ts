/** Backup of Redis, and a return to it, as after the loss of its volume. */
import { SwarmError } from '@livekit-swarm/settings';
import type { Component, Platform } from '../targets/platform.ts';
import { accessRedis, whyRedisRefuses } from '../targets/redis-access.ts';
import { nothingToFind } from './effects/effect-check.ts';
import { firstLine } from './effects/nft-table.ts';
import { forAll, missingAny, terminateComponent } from './effects/process-control.ts';
import { type DescribedFault, type NoParams, noParams } from './fault.ts';

/** Name of the copy, in the data folder of Redis. */
const BACKUP = 'swarm-backup.rdb';

/** A copy of the data, from which redis-restore starts Redis later in the drill. */
export const redisBackup: DescribedFault<NoParams> = {
  name: 'redis-backup',
  description:
    'saves the data of Redis (SAVE) and copies the file: what redis-restore goes back to',
  rollbackDescription: 'delete the copy',
  requires: ['exec'],
  targets: ['redis'],
  params: noParams,
  example: {},
  lasts: true,
  unavailable: (platform, component) => whyNoFiles(platform, component),
  settingsBefore: async (platform, components) => {
    const folders: Record<string, string> = {};
    for (const component of components)
      folders[component.name] = (await filesOf(platform, component)).folder;
    return folders;
  },
  inject: ({ platform, components }) =>
    forAll(components, async (component) => {
      const files = await filesOf(platform, component);
      await using redis = accessRedis(platform, component);
      await redis.command('SAVE');
      // A server that never saves must not find the file at its next start.
      const keep = files.saves ? 'cp -p' : 'mv';
      await runHere(platform, component, `${keep} "$1/$2" "$1/${BACKUP}"`, files);
    }),
  missingEffect: async ({ platform }, component) => {
    const { folder } = await filesOf(platform, component);
    const { code } = await platform.run(component, ['test', '-e', `${folder}/${BACKUP}`]);
    return code === 0 ? null : 'backup_missing';
  },
  rollbackSteps: ({ before = {} }, { name }) => {
    const folder = before[name];
    return folder === undefined
      ? [{ step: 'rollback' }]
      : [{ step: 'run', argv: ['rm', '-f', `${folder}/${BACKUP}`] }];
  },
  rollback: async ({ platform, components, before = {} }) => {
    await forAll(components, async (component) => {
      const folder = before[component.name];
      if (folder !== undefined) await platform.run(component, ['rm', '-f', `${folder}/${BACKUP}`]);
    });
  },
};

/** SIGKILL of Redis, and a start with the data of the last redis-backup. */
export const redisRestore: DescribedFault<NoParams> = {
  name: 'redis-restore',
  needs: 'redis-backup',
  description: 'kills Redis and starts it with the data of redis-backup',
  rollbackDescription: 'start Redis if it does not run; later writes stay lost',
  requires: ['exec', 'signal', 'stay_down', 'start'],
  targets: ['redis'],
  params: noParams,
  example: {},
  lasts: false,
  durationOf: () => 0,
  unavailable: async (platform, component) =>
    (await missingAny(platform, component, ['signal', 'stay_down', 'start'])) ??
    (await whyNoFiles(platform, component)),
  preview: async (_platform, { name }) => [`what is written to ${name} after redis-backup`],
  inject: ({ platform, components }) =>
    forAll(components, async (component) => {
      const files = await filesOf(platform, component);
      const { folder } = files;
      const { code } = await platform.run(component, ['test', '-e', `${folder}/${BACKUP}`]);
      if (code !== 0)
        throw new SwarmError(
          'fault_unavailable',
          `there is no backup (${BACKUP}) in the data folder of ${component.name}`,
          'inject redis-backup before, and let it last until then (for)',
        );
      await terminateComponent(platform, component, 0);
      await runHere(platform, component, `cp -p "$1/${BACKUP}" "$1/$2"`, files);
      await platform.start(component);
      if (!files.saves) await runHere(platform, component, 'rm -f "$1/$2"', files);
    }),
  // Nodes write again at once.
  missingEffect: nothingToFind,
  rollbackSteps: () => [{ step: 'start' }],
  rollback: ({ platform, components }) =>
    forAll(components, (component) => platform.start(component)),
};

interface DataFiles {
  /** Data folder, a full path. */
  folder: string;
  /** Name of the file with the data. */
  file: string;
  /** True if Redis saves the file on its own. */
  saves: boolean;
}

/** @throws SwarmError `fault_unavailable` when Redis does not report its files */
const filesOf = async (platform: Platform, component: Component): Promise<DataFiles> => {
  await using redis = accessRedis(platform, component);
  const read = async (setting: string): Promise<string> => {
    const [, value] = await redis.command('CONFIG', 'GET', setting);
    if (value !== undefined) return value;
    // An empty value is not a line of a reply.
    if (setting === 'save') return '';
    throw new SwarmError('fault_unavailable', `${component.name} does not report its ${setting}`);
  };
  const [folder, file, save] = [await read('dir'), await read('dbfilename'), await read('save')];
  return { folder, file, saves: save !== '' };
};

/** Reason for which the files of a server cannot be replaced; null: they can. */
const whyNoFiles = async (platform: Platform, component: Component): Promise<string | null> => {
  const { name } = component;
  if (platform.kind !== 'process')
    return `the files of ${name} cannot be reached: run this on its host`;
  const missing = await missingAny(platform, component, ['exec']);
  if (missing !== null) return missing;
  return whyRedisRefuses(platform, component, async () => {
    await using redis = accessRedis(platform, component);
    const [, appendOnly] = await redis.command('CONFIG', 'GET', 'appendonly');
    if (appendOnly === 'yes')
      throw new SwarmError(
        'fault_unavailable',
        `${name} has an append-only file, which it would load in place of the backup`,
      );
    const info = (await redis.command('INFO', 'replication')).join('\n');
    if (/^role:slave/m.test(info) || !/^connected_slaves:0/m.test(info))
      throw new SwarmError(
        'fault_unavailable',
        `${name} has replicas: one of them would take over, or send its own data`,
      );
  });
};

/** Runs a script with the folder and the file as arguments. @throws SwarmError `fault_unavailable` */
const runHere = async (
  platform: Platform,
  component: Component,
  script: string,
  { folder, file }: DataFiles,
): Promise<void> => {
  const result = await platform.run(component, ['sh', '-c', script, 'sh', folder, file]);
  if (result.code === 0) return;
  throw new SwarmError('fault_unavailable', `${component.name}: ${firstLine(result)}`);
};
