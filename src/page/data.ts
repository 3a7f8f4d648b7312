// Reads what the reporter wrote into the document.
import { pageDataId, type PageData } from '../model/page.ts';
import type { CellResult } from '../model/report.ts';

/** What is known of a run. */
export interface RunData extends PageData {
  /** All of a cell, by its place among the cells of the report, which are there in outline. */
  readonly cellAt: (index: number) => CellResult;
}

export async function readRunData(): Promise<RunData> {
  const packed = document.getElementById(pageDataId)?.textContent ?? '';
  const [outline = '', ...cells] = new TextDecoder().decode(await unpack(packed)).split('\n');
  return { ...(JSON.parse(outline) as PageData), cellAt: (index) => JSON.parse(cells[index] ?? '') as CellResult };
}

/** The bytes of gzip in base64. */
export async function unpack(base64: string): Promise<Uint8Array> {
  const binary = atob(base64.trim());
  const packed = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) packed[index] = binary.charCodeAt(index);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
