import { z } from 'zod';
import { pointerSchema } from './names.js';

/** `json`: a list. `jsonl`: a value on each line. `csv`: an object for each row, by the names in the first one. */
const formatSchema = z.enum(['json', 'jsonl', 'csv']);
export type ItemFormat = z.output<typeof formatSchema>;

const FORMATS: Readonly<Record<string, ItemFormat>> = {
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
};

/** The format that the end of a file's name tells. */
export function formatOfName(name: string): ItemFormat | undefined {
  return FORMATS[/\.[a-z]+$/i.exec(name)?.[0].toLowerCase() ?? ''];
}

const how = {
  format: formatSchema.optional(),
  /** Where the list is in a JSON document. */
  pointer: pointerSchema.optional(),
};
const ONLY_JSON = { path: ['pointer'], message: 'is of the format json only' };

function isWebAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.password === '';
}

/** What is at a URL when the step is opened. */
export const fromUrl = z
  .strictObject({
    url: z
      .string()
      .max(2_000)
      .refine(
        isWebAddress,
        'must be a URL that begins with http:// or https://, without a name or a password',
      ),
    ...how,
  })
  .refine(({ format = 'json', pointer }) => pointer === undefined || format === 'json', ONLY_JSON);

/** What is in a file of the workers' machine when the step is opened. */
export const fromFile = z
  .strictObject({
    file: z
      .string()
      .max(4_000)
      .regex(/^\/[^\0]+$/, 'must be an absolute path'),
    ...how,
  })
  .refine(({ file, format }) => (format ?? formatOfName(file)) !== undefined, {
    path: ['format'],
    message: 'must be json, jsonl or csv: the name of the file does not tell',
  })
  .refine(
    ({ file, format = formatOfName(file), pointer }) => pointer === undefined || format === 'json',
    ONLY_JSON,
  );

export type UrlItems = z.output<typeof fromUrl>;
export type FileItems = z.output<typeof fromFile>;
/** Items that are read from outside of the instance. */
export type OutsideItems = UrlItems | FileItems;
