import { hinted, strict, text } from '@livekit-swarm/settings';
import { z } from 'zod';

const scenarioPath = () => text(1_000, 'the path of a scenario file');

/** Scenario file that another file names. @param owner kind of that file: `drill` */
export const scenarioFile = (owner: string) =>
  z
    .union(
      [
        scenarioPath().transform((file) => ({ file, scale: undefined })),
        strict({
          file: scenarioPath().describe(
            `Path of the scenario file, from the folder of the ${owner}.`,
          ),
          scale: text(40, 'a scale')
            .optional()
            .describe('A scale of the file, or a factor: small, 0.1.'),
        }),
      ],
      { error: hinted('must be a scenario file', 'write ../scenarios/dj-radio.yaml') },
    )
    .meta({
      samples: [
        '../scenarios/dj-radio.yaml',
        { file: '../scenarios/dj-radio.yaml', scale: 'small' },
      ],
    });
