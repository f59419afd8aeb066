import { expect, it } from 'vitest';
import { isService, redisKind } from './open-services.ts';

const METRICS = '# HELP livekit_room_total\n# TYPE livekit_room_total gauge\n';

it('recognises services by their answers', () => {
  expect(redisKind('+PONG\r\n')).toBe('redis');
  expect(redisKind('-NOAUTH Authentication required.\r\n')).toBe('redis_with_password');
  expect(redisKind('HTTP/1.1 400 Bad Request')).toBeNull();
  expect(isService('metrics', `HTTP/1.0 200 OK\r\n\r\n${METRICS}`)).toBe(true);
  expect(isService('metrics', `HTTP/1.0 401 Unauthorized\r\n\r\n${METRICS}`)).toBe(false);
  expect(isService('metrics', METRICS)).toBe(true);
  expect(isService('profiler', '<a href="goroutine?debug=1">')).toBe(true);
  expect(isService('profiler', 'OK')).toBe(false);
});
