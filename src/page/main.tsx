// The page of a run, in the browser: unpacks what the reporter wrote into the document and shows it.
import { render } from 'preact';
import { App } from './app.tsx';
import { readRunData } from './data.ts';

const root = document.getElementById('root') ?? document.body;
try {
  const data = await readRunData();
  root.replaceChildren();
  render(<App data={data} />, root);
} catch (error) {
  root.textContent = `This page cannot show its run: ${error instanceof Error ? error.message : String(error)}. report.json beside it holds the same facts.`;
}
