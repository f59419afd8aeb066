import { expect, it } from 'vitest';
import { configReference } from './config-map.ts';
import type { PodTemplate } from './workload.ts';

const template = (
  container: object,
  volumes: PodTemplate['spec']['volumes'] = [],
): PodTemplate => ({
  spec: { containers: [{ name: 'livekit', image: 'lk', ...container }], volumes },
});

it('a configuration is a variable of a ConfigMap, as in the chart of LiveKit', () => {
  const env = [
    { name: 'NODE_IP' },
    {
      name: 'LIVEKIT_CONFIG',
      valueFrom: { configMapKeyRef: { name: 'livekit-server', key: 'config.yaml' } },
    },
  ];
  expect(configReference(template({ env }))).toEqual({
    name: 'livekit-server',
    key: 'config.yaml',
    pointer: '/spec/containers/0/env/1/valueFrom/configMapKeyRef/name',
  });
});

it.each([[['--config', '/etc/livekit/livekit.yaml']], [['--config=/etc/livekit/livekit.yaml']]])(
  'a configuration is a file of a ConfigMap: %j',
  (args) => {
    const volumeMounts = [
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'config', mountPath: '/etc/livekit' },
    ];
    const volumes = [{ name: 'tmp' }, { name: 'config', configMap: { name: 'livekit-config' } }];
    expect(configReference(template({ args, volumeMounts }, volumes))).toEqual({
      name: 'livekit-config',
      key: 'livekit.yaml',
      pointer: '/spec/volumes/1/configMap/name',
    });
  },
);

it('a configuration in a Secret, or in none, is not a ConfigMap', () => {
  const args = ['--config', '/etc/livekit/livekit.yaml'];
  const volumeMounts = [{ name: 'config', mountPath: '/etc/livekit' }];
  expect(configReference(template({ args, volumeMounts }, [{ name: 'config' }]))).toBeNull();
  expect(configReference(template({ args: ['--dev'] }))).toBeNull();
});
