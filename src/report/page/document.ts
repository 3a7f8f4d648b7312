// The page of a run as one HTML document that needs nothing else: style, program and data are in it.
import { gzipSync } from 'node:zlib';
import { pageCellsId, pageDataId, type PageData } from '../../model/page.ts';
import { outlineOfRun, partsOfCells } from './parts.ts';

/** The page's program and its look, as `npm run build` made them of src/page. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Equal data gives equal bytes. Nothing that a guest printed stands in the document as it was: data is gzip in base64. */
export function renderPage(data: PageData, { script, style }: PageAssets): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>kit-test ${escapeHtml(data.report.id)}</title>
<link rel="icon" href="data:,">
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<div id="root"><noscript>This page shows its run with JavaScript. report.json, junit.xml and results.tap beside it hold the same facts.</noscript></div>
<script type="text/plain" id="${pageDataId}">${packed(outlineOfRun(data))}</script>
<script type="text/plain" id="${pageCellsId}">${partsOfCells(data.report.cells).map(packed).join('\n')}</script>
<script type="module">${script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}</script>
</body>
</html>
`;
}

const packed = (value: unknown): string => gzipSync(JSON.stringify(value)).toString('base64');

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
