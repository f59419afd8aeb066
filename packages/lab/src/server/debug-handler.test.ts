import { expect, test } from 'vitest';
import { debugConfig, debugPortOf } from './debug-handler.ts';

test.each([
  ['1.13.2', 7070],
  ['v1.13.5', 7070],
  ['1.14.0', 7070],
  ['2.0.0', 7070],
  ['1.13.1', null],
  ['1.11.9', null],
  ['0.99.99', null],
  ['dev', null],
])('livekit-server %s serves profiles on port %s', (version, port) => {
  expect(debugPortOf(debugConfig(7070, version))).toBe(port);
});

test('a configuration without a port serves no profiles', () => {
  expect(debugPortOf({ debug_handler: { port: 0 } })).toBeNull();
  expect(debugPortOf({ debug_handler: 'on' })).toBeNull();
});
