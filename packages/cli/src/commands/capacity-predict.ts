import {
  type CostModel,
  capacitySchema,
  costModelSchema,
  featuresOf,
  predictCpu,
} from '@livekit-swarm/analysis/capacity';
import { plannedLoad } from '@livekit-swarm/campaign/capacity';
import { type Prediction, predictionText } from '@livekit-swarm/report/capacity';
import { expandPlan, readScenarioFiles } from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { readJson } from './capacity-fit.ts';

export interface PredictFlags {
  scale?: string;
  json?: boolean;
}

/** `swarm capacity predict`: the CPU of a server for scenarios, by a cost model. @throws SwarmError `usage` */
export const predictCommand = async (
  modelFile: string,
  paths: readonly string[],
  flags: PredictFlags,
  { stdout }: Console,
): Promise<ExitCode> => {
  const model = readModel(modelFile);
  const predictions = readScenarioFiles(paths, { scale: flags.scale }).map(
    ({ scenario }): Prediction => {
      const planned = plannedLoad(expandPlan(scenario, 'plan'));
      return { scenario: scenario.name, planned, cpuCores: predictCpu(model, featuresOf(planned)) };
    },
  );
  await write(
    stdout,
    flags.json === true
      ? `${JSON.stringify({ predictions, crossError: model.crossError }, null, 2)}\n`
      : predictionText(predictions, model),
  );
  return EXIT_CODES.passed.code;
};

/** @throws SwarmError `usage` */
const readModel = (file: string): CostModel => {
  const found = readJson(file);
  const model = costModelSchema.safeParse(found);
  if (model.success) return model.data;
  const result = capacitySchema.safeParse(found);
  if (result.success && result.data.model !== null) return result.data.model;
  throw usageError(
    result.success
      ? `${file}: the result has no cost model: CPU was measured at too few loads`
      : `${file}: neither a cost model nor a result of swarm capacity`,
    'swarm capacity fit makes one',
  );
};
