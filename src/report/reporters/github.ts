// GitHub Actions: a job summary, and annotations for what failed. Outside of a workflow it does nothing.
import { stat } from 'node:fs/promises';
import type { Reporter } from '../../model/events.ts';
import { groupAnnotations, type Annotation } from '../github/annotations.ts';
import { repositoryPath } from '../github/repository-path.ts';
import { jobSummaryLimit, renderSummary } from '../github/summary.ts';
import type { ReporterContext, ReporterModule } from '../reporter.ts';

export default { name: 'github', create: createGithub } satisfies ReporterModule;

/** GitHub shows ten annotations of a kind for each step, and drops the others. */
const annotationLimit = 10;

function createGithub({ env, root }: ReporterContext): Reporter {
  if (env['GITHUB_ACTIONS'] !== 'true') return { name: 'github' };
  return {
    name: 'github',
    async onEnd(report) {
      const core = await import('@actions/core');
      const prefix = await repositoryPath(root, env['GITHUB_WORKSPACE']);
      const annotations = groupAnnotations(report);
      for (const { level, title, message, source } of [...limited(annotations, 'error'), ...limited(annotations, 'warning')]) {
        core[level](message, { title, ...(source === undefined ? {} : { file: prefix + source.file, startLine: source.line }) });
      }
      // Not set where a runner has no page for summaries.
      const file = env['GITHUB_STEP_SUMMARY'] ?? '';
      if (file !== '') await core.summary.addRaw(renderSummary(report, jobSummaryLimit - (await sizeOf(file)))).write();
    },
  };
}

function limited(all: readonly Annotation[], level: Annotation['level']): readonly Annotation[] {
  const annotations = all.filter((annotation) => annotation.level === level);
  if (annotations.length <= annotationLimit) return annotations;
  const rest = annotations.slice(annotationLimit - 1);
  return [...annotations.slice(0, annotationLimit - 1), { level, title: `${rest.length} more`, message: rest.map(({ title }) => title).join('\n') }];
}

/** Other commands of the step may have written there before. */
const sizeOf = (file: string): Promise<number> => stat(file).then(({ size }) => size, () => 0);
