import { describe, expect, it } from 'vitest';
import { expandMatrix } from '../../../src/matrix/expand.ts';
import { archs, ids, makeCase, makeKernel, makeProject } from './sample.ts';

const [arch] = archs;
const host = arch && { arch, release: '6.1.0' };
const script = (name: string, file: object = {}) => makeCase(name, { script: './test.sh', ...file });
const kernels = [makeKernel('6.1'), makeKernel('6.12')];

describe('the cell of a script', () => {
  it('is one, whatever kernels and architectures the matrix has', () => {
    const project = makeProject([makeCase('boot'), script('here')], kernels, { matrix: { kernels: ['6.1'], arch: ['arm'] } });
    expect(ids(expandMatrix(project, archs, host))).toEqual(['boot/6.1/arm', 'here/host/x86_64']);
    expect(ids(expandMatrix({ ...project, kernels: [] }, archs, host))).toEqual(['here/host/x86_64']);
    expect(ids(expandMatrix(project, archs))).toEqual(['boot/6.1/arm']);
  });

  it('is left out by rules, and skipped where its architecture is another', () => {
    const cases = [script('a', { labels: ['slow'] }), script('b', { needs: { arch: ['arm'] } })];
    const cells = expandMatrix(makeProject(cases, kernels, { matrix: { exclude: [{ label: 'slow' }] } }), archs, host);
    expect(cells.map(({ id, skip }) => [id, skip])).toEqual([['b/host/x86_64', 'needs arm, this is x86_64']]);
  });
});
