import { expect, it } from 'vitest';
import { imageOfRelease, isMutable, versionOfImage } from './images.ts';

it.each([
  ['1.13.5', 'livekit/livekit-server:v1.13.4', 'livekit/livekit-server:v1.13.5'],
  ['v1.13.5', 'livekit/livekit-server:1.13.4', 'livekit/livekit-server:1.13.5'],
  ['1.13.5', 'registry.example.com:5000/lk@sha256:ab', 'registry.example.com:5000/lk:1.13.5'],
  [
    'mirror.example.com/lk:v1.13.5',
    'livekit/livekit-server:v1.13.4',
    'mirror.example.com/lk:v1.13.5',
  ],
  ['1.13.5', 'livekit/livekit-server', 'livekit/livekit-server:1.13.5'],
])('the image of %s in place of %s is %s', (program, present, image) => {
  expect(imageOfRelease(program, present)).toBe(image);
});

it('the version of an image is its tag', () => {
  expect(versionOfImage('livekit/livekit-server:v1.13.4')).toBe('1.13.4');
  expect(versionOfImage('registry.example.com:5000/lk')).toBe('registry.example.com:5000/lk');
  expect(versionOfImage('lk:valley')).toBe('valley');
});

it('an image without a tag of its own may change', () => {
  expect(['lk', 'lk:latest', 'host:5000/lk'].every(isMutable)).toBe(true);
  expect(['lk:v1', 'lk@sha256:ab', 'lk:latest@sha256:ab'].some(isMutable)).toBe(false);
});
