// GitHub Actions: a job summary, and annotations for what failed. Outside of a workflow it does nothing.
import type { Reporter } from '../../model/events.ts';
import { annotationsOf, renderSummary } from '../github-summary.ts';
import type { ReporterContext, ReporterModule } from '../reporter.ts';

export default { name: 'github', create: createGithub } satisfies ReporterModule;

function createGithub({ env }: ReporterContext): Reporter {
  if (env['GITHUB_ACTIONS'] !== 'true') return { name: 'github' };
  return {
    name: 'github',
    async onEnd(report) {
      const core = await import('@actions/core');
      for (const { level, title, message } of annotationsOf(report)) core[level](message, { title });
      // Not set where a runner has no page for summaries.
      if ((env['GITHUB_STEP_SUMMARY'] ?? '') !== '') await core.summary.addRaw(renderSummary(report)).write();
    },
  };
}
