// Reads what the reporter wrote into the document.
import { cellsInPart, pageCellsId, pageDataId, type PageData } from '../model/page.ts';
import type { CellResult } from '../model/report.ts';

/** The run, with its cells in outline. */
export const readRun = async (): Promise<PageData> => (await parse(textOf(pageDataId))) as PageData;

/** All of a cell, by its place among the cells of the run. */
export async function readCell(index: number): Promise<CellResult | undefined> {
  const part = textOf(pageCellsId).split('\n')[Math.floor(index / cellsInPart)] ?? '';
  return ((await parse(part)) as readonly CellResult[])[index % cellsInPart];
}

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';

const parse = async (packed: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await unpack(packed)));

/** The bytes of gzip in base64. */
export async function unpack(base64: string): Promise<Uint8Array> {
  const binary = atob(base64.trim());
  const packed = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) packed[index] = binary.charCodeAt(index);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
