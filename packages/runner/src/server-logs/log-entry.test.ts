import { describe, expect, it } from 'vitest';
import { parseLogLine } from './log-entry.ts';

const AT = '2026-11-27T09:05:25.195Z';

describe('parseLogLine', () => {
  it('reads JSON', () => {
    const line = {
      ...{
        level: 'warn',
        ts: 1795770287.25,
        logger: 'livekit',
        caller: 'service/rtcservice.go:565',
      },
      ...{ msg: 'error writing to websocket', error: 'websocket: close sent', room: 'a' },
    };
    expect(parseLogLine(JSON.stringify(line))).toEqual({
      time: 1795770287250,
      level: 'warn',
      message: 'error writing to websocket',
      error: 'websocket: close sent',
      caller: 'service/rtcservice.go:565',
    });
  });

  it.each([
    ['{"room": "a", "error": "timeout"}', 'timeout'],
    ['', null],
  ])('reads columns, with fields %s', (fields, error) => {
    const line = [AT, 'ERROR', 'livekit', 'rtc/room.go:12', 'could not join', fields].join('\t');
    const caller = 'rtc/room.go:12';
    const message = 'could not join';
    expect(parseLogLine(line)).toEqual({
      time: Date.parse(AT),
      level: 'error',
      message,
      error,
      caller,
    });
  });

  it.each(['info', 'debug'])('has no level for %s', (level) => {
    expect(parseLogLine(JSON.stringify({ level, msg: 'participant joined' }))?.level).toBeNull();
  });

  it.each(['', 'goroutine 1 [running]:', '{"level":"error"', '{"a":1}', '[1]', 'null'])(
    'ignores %j',
    (line) => {
      expect(parseLogLine(line)).toBeNull();
    },
  );

  it('keeps a message on one line, and reads a very long one', () => {
    const of = (msg: string) => parseLogLine(JSON.stringify({ level: 'error', msg }))?.message;
    expect(of('panic:\n\tgoroutine 1')).toBe('panic: goroutine 1');
    expect(of('a.'.repeat(500_000))).toHaveLength(300);
  });

  it.each([
    ['GET /rtc?access_token=eyJhbGciOi.eyJzdWIi.c2ln&v=1', 'GET /rtc?access_token=(removed)&v=1'],
    ['invalid token: eyJhbGciOi.eyJzdWIi.c2ln, error', 'invalid token: (removed), error'],
    ['got eyJhbGciOi.eyJzdWIi.c2ln from', 'got (removed) from'],
    ['dial redis://user:pass@10.0.0.5:6379/0', 'dial redis://10.0.0.5:6379/0'],
    ['{"password":"hunter2","user":"a"}', '{"password":"(removed)","user":"a"}'],
    ['Authorization: Bearer abc.def', 'Authorization: (removed)'],
    ['authorization: Basic dXNlcjpwYXNz', 'authorization: (removed)'],
    ['api_secret=hunter2 in config', 'api_secret=(removed) in config'],
    ['apiSecret: "two words", a', 'apiSecret: "(removed)", a'],
    [
      String.raw`{\"secretKey\":\"hunter2\",\"a\":1}`,
      String.raw`{\"secretKey\":\"(removed)\",\"a\":1}`,
    ],
    ['PUT https://s3/a?X-Amz-Signature=0a1b&v=1', 'PUT https://s3/a?X-Amz-Signature=(removed)&v=1'],
    ['redis://user:p@ss@10.0.0.5:6379', 'redis://10.0.0.5:6379'],
    ['q=access_token%3DeyJhbGciOi.eyJzdWIi.c2ln', 'q=access_token%3D(removed)'],
  ])('removes credentials from %s', (msg, message) => {
    expect(parseLogLine(JSON.stringify({ level: 'error', msg }))).toMatchObject({ message });
  });
});
