import { describe, expect, it } from 'vitest';
import { subjectProblem } from './subject-problem.mjs';

describe('subjectProblem', () => {
  it.each([
    'feat(chaos): add a drill report page',
    'fix(cli): ignore EPIPE so a closed stdout does not abort runs',
    'refactor(chaos,lab): share the process identity',
    'perf!: batch socket reads',
    'docs: glossary and phrases',
    'feat(runner): process shards in order',
    'fix(exporter): pass the token on',
    'style: embed the font',
    'feat: SIGTERM drains the agent',
  ])('accepts %s', (subject) => expect(subjectProblem(subject)).toBeNull());

  it.each([
    ['add a page', /not of the form/],
    ['feature(chaos): add a page', /not of the form/],
    ['feat(Chaos): add a page', /not of the form/],
    ['feat(chaos):add a page', /not of the form/],
    ['feat(chaos): Add a page', /capital/],
    ['feat(chaos): add a page.', /full stop/],
    [`feat(chaos): ${'add '.repeat(20)}`, /characters, the limit is 72/],
    ['feat(chaos): the page of a drill', /"the" is not an imperative/],
    ["fix(chaos): it's read twice", /not an imperative/],
    ['fix(cli): who stops reading leaves no drill unfinished', /not an imperative/],
    ['feat(chaos): added a page', /"added" is not an imperative/],
    ['feat(chaos): adds a page', /"adds" is not an imperative/],
    ['feat(chaos): adding a page', /"adding" is not an imperative/],
  ])('refuses %s', (subject, problem) => expect(subjectProblem(subject)).toMatch(problem));
});
