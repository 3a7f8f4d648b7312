// An architecture that not every kernel of the matrix has, from configuration to verdict.
import { describe, expect, it } from 'vitest';
import { findArch, loadArchs } from '../../src/arch/index.ts';
import { findProgram } from '../../src/sys/programs.ts';
import { cellOf, ranProject, scriptCase } from './project.ts';

const { binary } = findArch(await loadArchs(), 'riscv64').qemu;
const missing = findProgram(binary) === undefined;

describe.skipIf(missing)(missing ? `riscv64: ${binary} is not installed` : 'riscv64', () => {
  const ran = ranProject({
    'harness.config.ts': `export default { matrix: { kernels: ['6.1', '6.12'], arch: ['rv64'] }, accel: 'tcg', tcgScale: 1 };\n`,
    ...scriptCase('works', '[ $(uname -m) = riscv64 ] && [ -e /sys/class/net/dummy0 ] && uname -r >/tmp/release', 'modules: [dummy]\nartifacts: [/tmp/release]\nresults: port'),
    ...scriptCase('crashes', 'echo c >/proc/sysrq-trigger'),
  });

  it('has cells only on kernels that there are for it', () => {
    expect(ran.report.cells.map(({ id }) => id)).toEqual(['crashes/6.12/riscv64', 'works/6.12/riscv64']);
  });

  it('gives results, modules and artifacts', async () => {
    const { attempts: [attempt] } = cellOf(ran.report, 'works');
    expect(attempt.verdict).toEqual({ kind: 'pass' });
    expect(await ran.project.read(`.kit-test/runs/latest/cells/works+6.12+riscv64/artifacts/tmp/release`)).toMatch(/^6\.12\.\d+\S*riscv64\n$/);
  });

  it('names a crash of the kernel', () => {
    const { attempts: [attempt] } = cellOf(ran.report, 'crashes');
    expect(attempt.verdict).toMatchObject({ kind: 'crash', title: 'kernel panic: sysrq triggered crash' });
  });
});
