import { test } from 'vitest';
import { expectIsSeenAndHeard, expectSeesAndHears, useBrowser } from './support/browser-stage.ts';
import { SIMULCAST } from './support/test-room.ts';

const stage = useBrowser();

test('a browser receives the participants of a room', () =>
  expectSeesAndHears(stage(), 'v1', SIMULCAST, 'video/VP8'));

test('the participants of a room receive a browser', () => expectIsSeenAndHeard(stage(), 'v1'));
