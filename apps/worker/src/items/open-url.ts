import { formatOfName, type ItemFormat, type UrlItems } from '@agentainer/core';
import { type ItemAccess, ItemSourceError } from '@agentainer/engine';
import type { OpenItems } from './open-items.js';

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const FORMATS: [RegExp, ItemFormat][] = [
  [/^application\/(x-)?(ndjson|jsonl|json-lines|jsonlines)\b/, 'jsonl'],
  [/^application\/([\w.+-]+\+)?json\b/, 'json'],
  [/^text\/csv\b/, 'csv'],
];

/**
 * Asks for what is at an allowed URL; redirects are followed to allowed ones only. Messages leave out queries, which may
 * hold secrets.
 * @throws {ItemSourceError}
 */
export async function openUrl(source: UrlItems, access: ItemAccess, signal: AbortSignal): Promise<OpenItems> {
  let url = new URL(source.url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const where = url.origin + url.pathname;
    if (!access.allowsUrl(url)) {
      const message = `${where} is not below a URL that AGENTAINER_ITEM_URLS allows`;
      throw new ItemSourceError('ITEMS_FORBIDDEN', message);
    }
    const response = await ask(url, where, signal);
    const location = response.headers.get('location');
    if (REDIRECTS.has(response.status) && location !== null && URL.canParse(location, url.href)) {
      await response.body?.cancel();
      url = new URL(location, url);
      continue;
    }
    if (!response.ok || !response.body) {
      const mayPass = response.status === 429 || response.status >= 500;
      throw new ItemSourceError('ITEMS_UNAVAILABLE', `${where} answered ${response.status}`, mayPass);
    }
    return { bytes: response.body, format: source.format ?? formatOf(response, url) };
  }
  throw new ItemSourceError('ITEMS_UNAVAILABLE', `${source.url} redirects more than ${MOST_REDIRECTS} times`);
}

async function ask(url: URL, where: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'manual', signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ItemSourceError('ITEMS_UNAVAILABLE', `${where} cannot be reached`, true, { cause: error });
  }
}

function formatOf(response: Response, url: URL): ItemFormat | undefined {
  const type = response.headers.get('content-type')?.toLowerCase() ?? '';
  return FORMATS.find(([form]) => form.test(type))?.[1] ?? formatOfName(url.pathname);
}
