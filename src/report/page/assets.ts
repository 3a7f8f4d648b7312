// Where the built page lies: beside the compiled tool, wherever this file itself was started from.
import { readFile } from 'node:fs/promises';
import { HarnessError } from '../../model/errors.ts';
import type { PageAssets } from './document.ts';

// From dist/report/ and from src/report/page/ alike.
const folders = ['../page/', '../../../dist/page/'].map((path) => new URL(path, import.meta.url));

/** @throws HarnessError `PAGE_NOT_BUILT` where the tool was not built. */
export async function loadPageAssets(): Promise<PageAssets> {
  for (const folder of folders) {
    try {
      const [script, style] = await Promise.all(['page.js', 'page.css'].map((name) => readFile(new URL(name, folder), 'utf8')));
      if (script !== undefined && style !== undefined) return { script, style };
    } catch {
      // The other folder, perhaps.
    }
  }
  throw new HarnessError('PAGE_NOT_BUILT', 'the page of a run was not built', { hint: 'run "npm run build" in the checkout, or install kit-test again' });
}
