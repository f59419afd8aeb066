import { parseScenario } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { resolveThresholds } from './default-thresholds.ts';

const metricsOf = (roles: string): string[] => {
  const text = `
scenario: encrypted
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 10s
    roles: ${roles}
`;
  const scenario = parseScenario(text, { file: 'encrypted.yaml' });
  return resolveThresholds(scenario).map(({ threshold }) => threshold.metric);
};

test('frames must be decryptable if all participants with encryption have the same key', () => {
  const caller = (e2ee: string) => `{ count: 2, publish: audio, e2ee: ${e2ee} }`;
  const encrypted = expect.arrayContaining(['undecryptable_frames']);
  expect(metricsOf(`{ a: ${caller('throw-away')} }`)).toEqual(encrypted);
  expect(metricsOf(`{ a: ${caller('throw-away')}, b: ${caller('none')} }`)).toEqual(encrypted);
  expect(metricsOf(`{ a: ${caller('throw-away')}, b: ${caller('wrong-key')} }`)).not.toEqual(
    encrypted,
  );
  expect(metricsOf(`{ a: ${caller('none')} }`)).not.toEqual(encrypted);
});
