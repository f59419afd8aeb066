import { readFileSync } from 'node:fs';
import type { NodeCapacity } from '@livekit-swarm/cost';
import { fileProblem, invalidFile } from '@livekit-swarm/settings';
import { z } from 'zod';

/** The part of the JSON of `swarm capacity` that is needed; there may be more. */
const capacityFile = z.looseObject({
  schema: z.literal('livekit-swarm/capacity/1'),
  scenario: z.string(),
  participants: z.looseObject({ perNode: z.number().min(0) }),
  target: z.looseObject({ nodeCores: z.number().positive().nullable() }),
});

/** @throws SwarmError `invalid_file` */
export const readCapacity = (path: string): NodeCapacity => {
  const wrong = (message: string) =>
    invalidFile([
      fileProblem(
        path,
        message,
        'give the JSON that "swarm capacity FILE --json" printed',
        'invalid_file',
      ),
    ]);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw invalidFile([
      fileProblem(
        path,
        `cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`,
        'check the path and who may read it',
      ),
    ]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong('is not JSON');
  }
  const read = capacityFile.safeParse(value);
  if (!read.success) throw wrong('is not a result of swarm capacity');
  const { scenario, participants, target } = read.data;
  if (participants.perNode === 0) throw wrong('states that a node carried no load');
  return {
    type: 'measured',
    participantsPerNode: participants.perNode,
    cores: target.nodeCores,
    scenario,
  };
};
