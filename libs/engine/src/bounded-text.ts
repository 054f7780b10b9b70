import type { JsonText } from './values.js';

/** The whole of a text, unless it has more than so many bytes: then no more of it is read. */
export async function boundedText(text: JsonText, maxBytes: number): Promise<string | undefined> {
  const parts: string[] = [];
  let bytes = 0;
  for await (const part of typeof text === 'string' ? [text] : text) {
    bytes += Buffer.byteLength(part);
    if (bytes > maxBytes) return undefined;
    parts.push(part);
  }
  return parts.join('');
}
