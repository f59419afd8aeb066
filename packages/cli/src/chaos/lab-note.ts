import type { Drill } from '@livekit-swarm/chaos/drill';
import type { DeploymentChoice } from './deployment-choice.ts';

/** What of a drill is passed over where its lab is not raised for it; null: nothing. */
export const labNote = (
  { name, lab }: Pick<Drill, 'name' | 'lab'>,
  where: DeploymentChoice,
): string | null => {
  if (where.type === 'embedded') return null;
  const passedOver = [
    ...(Object.keys(lab.config).length > 0
      ? [`config (${Object.keys(lab.config).join(', ')})`]
      : []),
    ...(lab.persistentRedis ? ['redis: persistent'] : []),
  ];
  if (passedOver.length === 0) return null;
  return `${name}: ${passedOver.join(' and ')} of its lab is not applied: the deployment is taken as it is`;
};
