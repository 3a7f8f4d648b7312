// GitHub Actions: a job summary, annotations for what failed, and the ends of those consoles, folded. Outside of a workflow it does nothing.
import { stat } from 'node:fs/promises';
import type { Reporter } from '../../model/events.ts';
import { secretsOf } from '../../model/secrets.ts';
import { groupAnnotations, type Annotation } from '../github/annotations.ts';
import { consoleTails } from '../github/console-tails.ts';
import { repositoryPath } from '../github/repository-path.ts';
import { jobSummaryLimit, renderSummary } from '../github/summary.ts';
import type { ReporterContext, ReporterModule } from '../reporter.ts';

export default { name: 'github', create: createGithub } satisfies ReporterModule;

/** GitHub shows ten annotations of a kind for each step, and drops the others. */
const annotationLimit = 10;

function createGithub({ env, root, folder }: ReporterContext): Reporter {
  if (env['GITHUB_ACTIONS'] !== 'true') return { name: 'github' };
  const loading = import('@actions/core');
  return {
    name: 'github',
    onEvent(event) {
      // A guest or a server may say again what it was told.
      if (event.kind === 'run-start') void loading.then((core) => secretsOf(env).forEach((secret) => core.setSecret(secret)));
    },
    async onEnd(report) {
      const core = await loading;
      const prefix = await repositoryPath(root, env['GITHUB_WORKSPACE']);
      const annotations = groupAnnotations(report);
      for (const { level, title, message, source } of [...limited(annotations, 'error'), ...limited(annotations, 'warning')]) {
        core[level](message, { title, ...(source === undefined ? {} : { file: prefix + source.file, startLine: source.line }) });
      }
      for (const { title, lines } of await consoleTails(report, folder)) {
        core.startGroup(title);
        lines.forEach((line) => core.info(line));
        core.endGroup();
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
