import { isAbsolute, normalize } from 'node:path';
import { z } from 'zod';

const list = z.string().transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== ''));

function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return /^https?:$/.test(url?.protocol ?? '') && !/[@?#]/.test(text);
}

/** Settings that say from where items of steps may be read; nothing is allowed that they do not name. */
export const ITEM_SETTINGS = {
  /** Beginnings of URLs, with commas between them. */
  AGENTAINER_ITEM_URLS: list
    .refine(
      (urls) => urls.every(isPlainUrl),
      'must be URLs without a query, such as https://data.example/lists/',
    )
    .default([]),
  /** Folders, with commas between them. */
  AGENTAINER_ITEM_FILES: list
    .refine((folders) => folders.every(isAbsolute), 'must be absolute paths of folders')
    .transform((folders) => folders.map((folder) => normalize(folder)))
    .default([]),
};

/** From where items may be read. */
export interface ItemSettings {
  urls: string[];
  files: string[];
}

export function itemSettings(config: {
  AGENTAINER_ITEM_URLS: string[];
  AGENTAINER_ITEM_FILES: string[];
}): ItemSettings {
  return { urls: config.AGENTAINER_ITEM_URLS, files: config.AGENTAINER_ITEM_FILES };
}
