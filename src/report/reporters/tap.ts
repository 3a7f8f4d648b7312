// results.tap: one test point for each cell.
import { fileReporter } from '../file-reporter.ts';
import { renderTap } from '../tap-document.ts';

export default fileReporter('tap', 'results.tap', () => Promise.resolve(renderTap));
