// Reads what the reporter wrote into the document.
import { pageDataId, type PageData } from '../model/page.ts';

export async function readPageData(): Promise<PageData> {
  const packed = document.getElementById(pageDataId)?.textContent ?? '';
  return JSON.parse(new TextDecoder().decode(await unpack(packed))) as PageData;
}

/** The bytes of gzip in base64. */
export async function unpack(base64: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
