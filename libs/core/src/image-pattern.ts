const WILDCARD = /\*\*|\*/g;
const ANY_TAG = '(:[^/@:]+)?(@[^/@]+)?';

/**
 * Whether an image's name fits a pattern: `*` stands for any characters within a part of the name, `**` also for
 * slashes; without a tag or digest in its last part the pattern fits all tags and digests. Names are compared as they
 * are written: `scraper` and `docker.io/library/scraper` are two.
 */
export function fitsImagePattern(image: string, pattern: string): boolean {
  const last = pattern.slice(pattern.lastIndexOf('/') + 1);
  const literal = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  const parts = pattern.split(WILDCARD).map(literal);
  const wildcards = (pattern.match(WILDCARD) ?? []).map((found) => (found === '**' ? '.*' : '[^/:@]*'));
  const expression = parts.map((part, i) => part + (wildcards[i] ?? '')).join('');
  const tag = /[:@]/.test(last) || last === '**' ? '' : ANY_TAG;
  return new RegExp(`^${expression}${tag}$`).test(image);
}
