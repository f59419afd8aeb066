import { describe, expect, it } from 'vitest';
import { findSentenceReads } from './find-sentence-reads.mjs';

describe('findSentenceReads', () => {
  it.each([
    "if (error.message.startsWith('is ')) return;",
    'reasons.some((reason) => reason.startsWith(BEGINNING))',
    "hint?.startsWith('did you mean ')",
    'const [first] = sentence.split(/[:;]/);',
    'if (/is missing$/.test(error.message)) return;',
    'const [key] = /^\\S+/.exec(issue.message) ?? [];',
    'PORT_TAKEN.test(String(error))',
    'lastReason.slice(0, 10)',
  ])('finds %s', (code) => {
    expect(findSentenceReads('a.ts', `const a = 1;\n  ${code}\n`)).toEqual([
      { path: 'a.ts', line: 2, text: code },
    ]);
  });

  it.each([
    '// error.message.startsWith is not used',
    " * reason.startsWith('x')",
    "if (reason.code === 'server_died') return;",
    "REASONS.includes('x')",
    'text.slice(0, 10)',
    'messages.slice(0, 10)',
    "expect(error.message).toBe('x')",
  ])('passes %s', (code) => {
    expect(findSentenceReads('a.ts', code)).toEqual([]);
  });
});
