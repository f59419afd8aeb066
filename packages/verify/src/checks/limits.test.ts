import { describe, expect, it } from 'vitest';
import { announced, failing, node, outcomeOf } from '../../test/support/check-facts.ts';
import { limitsRule } from './limits.ts';

it('limits: a node at its limit, rooms that are too small', () => {
  const facts = { maxParticipants: 0, codecs: [], nodes: [node(announced)], wanted: 2 };
  expect(outcomeOf(limitsRule(facts))).toBe('passed');
  expect(outcomeOf(limitsRule({ ...facts, maxParticipants: 100, wanted: 50 }))).toBe('passed');
  expect(outcomeOf(limitsRule({ ...facts, maxParticipants: 20, wanted: 50 }))).toBe('error');
  expect(outcomeOf(limitsRule({ ...facts, codecs: [] }))).toBe('passed');
  expect(outcomeOf(limitsRule({ ...facts, nodes: [node(failing('server_full'))] }))).toBe('error');
});

describe('limits: codecs that clients publish', () => {
  it.each([
    [['audio/opus', 'audio/RED', 'video/VP8', 'video/H264', 'video/rtx'], 'passed', ''],
    [['audio/red', 'video/vp8', 'video/h264'], 'error', 'no audio'],
    [['audio/opus', 'audio/red', 'video/av1', 'video/rtx'], 'error', 'neither VP8 nor H.264'],
    [['audio/opus', 'audio/red', 'video/h264'], 'warning', '--codec h264'],
    [['audio/opus', 'audio/red', 'video/vp8'], 'warning', 'H.264'],
    [['audio/opus', 'video/vp8', 'video/h264'], 'warning', 'RED'],
    [['audio/opus', 'audio/red'], 'warning', 'no video'],
  ])('%j: %s', (codecs, outcome, named) => {
    const result = limitsRule({ maxParticipants: 0, codecs, nodes: [node(announced)], wanted: 2 });
    expect(outcomeOf(result)).toBe(outcome);
    expect(JSON.stringify(result)).toContain(named);
  });
});
