import { describe, expect, it } from 'vitest';
import { readMapping } from './read-settings.ts';
import { SwarmError } from './swarm-error.ts';

const problems = (text: string, noun: string): string[] => {
  try {
    readMapping(text, { file: 'a.yaml', noun, begin: 'begin' });
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    return error.problems.map(({ line, message, hint }) => `${line}: ${message}; ${hint}`);
  }
  return [];
};

describe('a file of another kind', () => {
  it.each([
    [
      '# x\ndrill: a\nscenario: b.yaml',
      'scenario',
      /^2: is a drill, not a scenario; "swarm chaos v/,
    ],
    ['scenario: a\ngroups: {}', 'drill', /^2: is a scenario, not a drill; "swarm validate"/],
    ['scaler: a\nscenario: b.yaml', 'scenario', /^1: is a scaler, not a scenario; "swarm scale"/],
    ['timetable: a', 'scenario', /^1: is a timetable, not a scenario; "swarm cost"/],
    ['timetable: a', 'price book', /^1: is a timetable, not a price book;/],
    ['livekitCloud: {}', 'scenario', /^1: is a price book, not a scenario; .* --prices$/],
    ['url: ws://a\nallowHosts: []', 'drill', /^2: is a file of settings, not a drill; as swarm.ya/],
    ['drill: a', 'scaler', /^1: is a drill, not a scaler;/],
  ])('%j read as a %s', (text, noun, expected) => {
    expect(problems(text, noun)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ['scenario: a\ngroups: {}\ndrill: b', 'scenario'],
    ['scenario: a', 'scenario'],
    ['drill: a\ngroups: {}', 'drill'],
    ['drill: a', 'configuration'],
    ['groups: {}', 'scenario or timetable'],
  ])('%j read as a %s: left to its schema', (text, noun) => {
    expect(problems(text, noun)).toEqual([]);
  });
});
