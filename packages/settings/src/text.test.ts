import { describe, expect, it } from 'vitest';
import { capital, codeOf, messageOf, shellLine, urlHost } from './text.ts';

describe('text of a thrown value', () => {
  it('is the message of an error, and the value itself otherwise', () => {
    expect(messageOf(new TypeError('no such name'))).toBe('no such name');
    expect(messageOf('gone')).toBe('gone');
    expect(messageOf(undefined)).toBe('undefined');
  });

  it('has the code of an error where it is a word', () => {
    expect(codeOf(Object.assign(new Error('no'), { code: 'EACCES' }))).toBe('EACCES');
    expect(codeOf(Object.assign(new Error('no'), { code: 404 }))).toBeNull();
    expect(codeOf(new Error('no'))).toBeNull();
    expect(codeOf({ code: 'EACCES' })).toBeNull();
  });
});

it('words of a shell are quoted where it would read them otherwise', () => {
  expect(shellLine(['swarm', 'report', 'runs/2026-11-21'])).toBe('swarm report runs/2026-11-21');
  expect(shellLine(['a b', "it's", '$(id);', ''])).toBe(`'a b' 'it'\\''s' '$(id);' ''`);
});

it('a capital letter is added to a text, whatever its length', () => {
  expect(capital('all rooms')).toBe('All rooms');
  expect(capital('')).toBe('');
});

it.each([
  ['livekit.example.com', 'livekit.example.com'],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
])('the host %s is %s in a URL', (host, text) => {
  expect(urlHost(host)).toBe(text);
  expect(new URL(`http://${urlHost(host)}:80/`).hostname).toBe(text);
});
