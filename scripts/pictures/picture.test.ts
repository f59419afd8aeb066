import { describe, expect, it } from 'vitest';
import { figureOf } from './picture.ts';

describe('figureOf', () => {
  it.each([
    ['1.5', 1.5],
    ['-2e-3', -0.002],
    ['0', 0],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
    ['NaN', null],
    ['', null],
    ['null', null],
  ])('reads %s', (text, figure) => expect(figureOf(text)).toBe(figure));
});
