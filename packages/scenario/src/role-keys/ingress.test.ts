import { expect, test } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';

const parse = (role: string) =>
  parseScenario(
    `scenario: channel
groups:
  channel:
    executor: constant-rooms
    rooms: 1
    duration: 60s
    roles:
      dj: ${role}
      listener: { count: 1 }
`,
    { file: 'channel.yaml' },
  );

test('WHIP takes one audio and one video in a codec that ingress passes on', () => {
  expect(() =>
    parse('{ publish: [audio, { video: 720p, codec: h264, simulcast: true }], ingress: whip }'),
  ).not.toThrow();
  expect(() => parse('{ publish: [{ video: 720p, codec: vp9 }], ingress: whip }')).toThrow(
    /video in vp9, which ingress does not take by WHIP/,
  );
  expect(() => parse('{ publish: [audio, audio], ingress: whip }')).toThrow(
    /more than one audio, which is not possible by WHIP/,
  );
});

test('what takes part in the room is refused with ingress, by any way', () => {
  for (const way of ['rtmp', 'whip'])
    expect(() => parse(`{ publish: audio, subscribe: true, ingress: ${way} }`)).toThrow(
      /an encoder receives nothing/,
    );
});
