import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Stack } from './call-tree.ts';
import { profileMessage } from './profile-proto.ts';

/** Largest profile without compression, bytes; those of busy nodes are below a megabyte. */
const MAX_BYTES = 32 * 1_024 * 1_024;
/** Deepest stack that is read: that of Go's profiler is 64 calls, before it adds inlined ones. */
const MAX_DEPTH = 200;

const unzip = promisify(gunzip);

export interface CpuProfile {
  durationMs: number;
  stacks: Stack[];
}

/**
 * Reads a CPU profile of Go.
 * @param data gzipped `profile.proto`
 * @throws Error if it is something else
 */
export const readCpuProfile = async (data: Uint8Array): Promise<CpuProfile> => {
  const profile = profileMessage.fromBinary(await unzip(data, { maxOutputLength: MAX_BYTES }));
  const text = (index: bigint): string => profile.stringTable[Number(index)] ?? '';
  const column = profile.sampleType.findIndex(
    ({ type, unit }) => text(type) === 'cpu' && text(unit) === 'nanoseconds',
  );
  if (column < 0) throw new Error('it has no CPU time');
  const names = new Map(profile.function.map(({ id, name }) => [id, text(name)]));
  const calls = new Map(
    profile.location.map(({ id, line }) => [
      id,
      line.map(({ functionId }) => names.get(functionId) ?? '').filter((name) => name !== ''),
    ]),
  );
  return {
    durationMs: Number(profile.durationNanos) / 1e6,
    stacks: profile.sample.map(({ locationId, value }) => ({
      calls: locationId
        .flatMap((id) => calls.get(id) ?? [])
        .slice(-MAX_DEPTH)
        .reverse(),
      nanos: Number(value[column] ?? 0n),
    })),
  };
};
