// Checks imports between packages against the declared layers
// (docs/adr/0009-packages-follow-the-data.md). Exits with 1 when an import violates them, or when a
// package does not use a permission.
import { layerProblems, unusedPermissions } from './layer-problems.mjs';
import { BELOW } from './package-layers.mjs';
import { shippedSources } from './shipped-sources.mjs';

const sources = shippedSources();
const problems = [...layerProblems(sources, BELOW), ...unusedPermissions(sources, BELOW)];
process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
process.stdout.write(`layers: ${sources.length} files, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
