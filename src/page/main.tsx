// The page of a run, in the browser: unpacks what the reporter wrote into the document and shows it.
import { render } from 'preact';
import { parseRoute } from './address.ts';
import { App } from './app.tsx';
import { readCell, readRun } from './data.ts';

const root = document.getElementById('root') ?? document.body;
try {
  const data = await readRun();
  const { cell } = parseRoute(location.hash);
  const index = data.report.cells.findIndex(({ id }) => id === cell);
  // Who comes by the address of a cell sees it at once.
  const opened = index === -1 ? undefined : await readCell(index);
  root.replaceChildren();
  render(<App data={data} opened={opened} />, root);
} catch (error) {
  root.textContent = `This page cannot show its run: ${error instanceof Error ? error.message : String(error)}. report.json beside it holds the same facts.`;
}
