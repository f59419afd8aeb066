import { describe, expect, it } from 'vitest';
import { checkThresholds, parseThresholds } from './check-thresholds.ts';
import { parseScenario } from './parse-scenario.ts';

const scenario = parseScenario(
  `scenario: x
groups:
  stage:
    executor: ramping-rooms
    stages: [{ name: up, duration: 10s, target: 3 }, { duration: 10s, target: 3 }]
    roles:
      speaker: { count: 1, publish: [audio, { video: 720p, codec: h264 }], layout: audio-only }
      viewer: { count: 5, data: 1/s }
      ghost: { count: 0, publish: [{ screen: 1080p }] }
  alone:
    executor: constant-rooms
    rooms: 3
    duration: 20s
    roles: { singer: { count: 1, publish: [{ video: 720p, codec: vp8 }] } }
  hall:
    executor: constant-rooms
    room: hall
    duration: 20s
    roles: { talker: { count: 1, publish: audio } }
  guests:
    executor: constant-rooms
    room: hall
    startTime: 5s
    duration: 10s
    roles: { guest: { count: 3 } }
windows: [{ name: peak, from: 3s, to: 9s }]
`,
  { file: 'x.yaml' },
);

describe('thresholds that the scenario can match', () => {
  it.each([
    'join_time: p(95)<2000',
    'join_time{role:viewer}: p(95)<2000',
    'join_time{group:stage,role:viewer}@peak: p(95)<2000',
    'join_time{path:direct}: p(95)<2000',
    'join_time@*: p(95)<2000',
    'join_time@up: p(95)<2000',
    'join_time@stage-2: p(95)<2000',
    'join_time@joining: p(95)<2000',
    'join_time@5s..7s: p(95)<2000',
    'jitter{kind:video,codec:h264,role:viewer}: p(95)<30',
    'packets_sent{kind:video,role:speaker}: count>1',
    'packets_sent{codec:vp8,role:singer}: count>1',
    'frames_sent{kind:video,role:singer}: count>1',
    'publish_rejections{kind:video,role:singer}: rate==0',
    'jitter{kind:audio,role:guest}: p(95)<30',
    'rtt{direction:up,kind:audio}: p(95)<30',
    'data_loss{role:speaker}: rate==0',
    'data_messages_sent{role:viewer}: count>1',
    'late_sends: rate<0.1',
  ])('%s', (text) => {
    expect(() => checkThresholds(scenario, parseThresholds([text]))).not.toThrow();
  });
});

describe('thresholds that the scenario cannot match', () => {
  it.each<[string, string | null, string]>([
    ['join_time{role:ghost}: p(95)<2000', 'role', 'no participant has the role "ghost"'],
    [
      'join_time{role:singer,group:stage}: p(95)<2000',
      'role',
      'no participant has the role "singer" in the group "stage"',
    ],
    ['packet_loss{path:turn-udp}: rate<0.01', 'path', 'no participant uses the path "turn-udp"'],
    ['jitter{kind:video,role:speaker}: p(95)<30', 'kind', 'no video is received by speaker'],
    ['jitter{kind:video,role:singer}: p(95)<30', 'kind', 'no video is received by singer'],
    ['jitter{codec:vp8}: p(95)<30', 'codec', 'no vp8 track is received by any participant'],
    ['packets_sent{kind:video,role:viewer}: count>1', 'kind', 'no video is sent by viewer'],
    [
      'jitter{kind:video,group:hall}: p(95)<30',
      'kind',
      'no video is received by any participant of hall',
    ],
    [
      'data_loss{role:viewer,group:hall}: rate==0',
      'role',
      'no participant has the role "viewer" in the group "hall"',
    ],
    [
      'data_loss{group:hall}: rate==0',
      null,
      'no data messages are received by any participant of hall',
    ],
    ['data_messages_sent{role:speaker}: count>1', 'role', 'no data messages are sent by speaker'],
    ['join_time@peek: p(95)<2000', '@', 'unknown window "peek"'],
    ['join_time@40s..50s: p(95)<2000', '@', 'the run ends after'],
  ])('%s', (text, about, problem) => {
    const check = (): void => checkThresholds(scenario, parseThresholds([text]));
    expect(check).toThrow(expect.objectContaining({ code: 'invalid_threshold' }));
    expect(check).toThrow(problem);
    const position = about === null ? 0 : text.indexOf(about);
    expect(check).toThrow(`(at character ${position + 1})`);
  });

  it('are all reported at once', () => {
    const texts = ['join_time{role:x}: p(95)<2000', 'jitter: max<3', 'join_time@peek: p(95)<2000'];
    expect(() => checkThresholds(scenario, parseThresholds(texts))).toThrow(
      /no participant has the role "x"[\s\S]*unknown window "peek"/,
    );
  });

  it('are all reported at once if they cannot be read', () => {
    expect(() => parseThresholds(['jiter: max<3', 'jitter: max<3', 'join_time: p(95)'])).toThrow(
      /unknown metric "jiter"[\s\S]*expected an operator/,
    );
  });
});
