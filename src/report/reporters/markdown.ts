// summary.md: the run as GitHub shows it, for wherever Markdown is read.
import { fileReporter } from '../file-reporter.ts';
import { renderSummary } from '../github/summary.ts';

export default fileReporter('markdown', 'summary.md', () => Promise.resolve((report) => renderSummary(report)));
