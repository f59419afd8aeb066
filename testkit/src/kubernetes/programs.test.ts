import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KUBERNETES, KUBERNETES_VERSION } from './programs.ts';

const goMod = async (): Promise<string> =>
  readFile(join(KUBERNETES[0]?.moduleFolder ?? '', 'go.mod'), 'utf8');

describe('the module of Kubernetes', () => {
  test('pins the release, and names every program as a tool', async () => {
    const text = await goMod();
    expect(text).toContain(`k8s.io/kubernetes v${KUBERNETES_VERSION}\n`);
    for (const { goPackage } of KUBERNETES) expect(text).toContain(`\t${goPackage}\n`);
  });

  test('takes each library of Kubernetes from the same release', async () => {
    const replaced = [...(await goMod()).matchAll(/^\t(k8s\.io\/\S+) => (\S+) v(\S+)$/gm)];
    expect(replaced.length).toBeGreaterThan(30);
    for (const [, from, to, version] of replaced) {
      expect(to).toBe(from);
      expect(version).toBe(KUBERNETES_VERSION.replace(/^1/, '0'));
    }
  });
});

test.each(KUBERNETES)('$name is recognised by its version output', ({ versionPattern, name }) => {
  const says =
    name === 'kubectl'
      ? 'Client Version: v1.36.1\nKustomize Version: v5.8.1'
      : 'Kubernetes v1.36.1';
  expect(versionPattern.exec(says)?.[1]).toBe(KUBERNETES_VERSION);
  expect(versionPattern.exec('Kustomize Version: v5.8.1')).toBeNull();
});
