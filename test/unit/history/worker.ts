// A process of its own that runs one run after the other: raced and killed by tests. Arguments: folder, name, how many runs, how many ends each.
import { openHistory } from '../../../src/history/open.ts';

const [folder = '', name = '', runs = '', ends = ''] = process.argv.slice(2);
const cells = Array.from({ length: Number(ends) }, (_, index) => `cell-${index}/6.1/arm`);
for (let run = 0; run < Number(runs); run += 1) {
  const history = await openHistory({ folder, run: `${name}-${run}`, runs: 1000, cells: new Set(cells), onProblem: (message) => process.stderr.write(`${message}\n`) });
  for (const cell of cells) history.add({ cell, at: new Date().toISOString(), verdict: 'pass', durationMs: 1 });
  process.stdout.write(`run ${run}\n`);
  if (run === Number(runs) - 1 && name === 'killed') setInterval(() => undefined, 1000);
  else await history.close();
}
