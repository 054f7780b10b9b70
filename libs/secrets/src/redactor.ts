import type { Json } from '@agentainer/core';

/** A shorter text stands in too much that is no secret. */
export const SHORTEST_SECRET = 8;

/**
 * Takes secrets out of what a task says, in every form in which programs commonly write them: as they are, within JSON,
 * in base64 and in a URL. Against a program that hides them on purpose nothing helps.
 */
export class Redactor {
  private readonly forms: { form: string; mark: string }[];

  /** @param secrets names and values; a name may have several */
  constructor(secrets: Iterable<readonly [name: string, value: string]>) {
    this.forms = [...secrets]
      .flatMap(([name, value]) => [...formsOf(value)].map((form) => ({ form, mark: `[secret ${name}]` })))
      // Where one secret is a part of another, the longer one goes first.
      .sort((a, b) => b.form.length - a.form.length);
  }

  /** A JSON text without secrets in its strings and keys. @throws {SyntaxError} where it is none */
  redactJson(text: string): string {
    return this.mayHold(text) ? JSON.stringify(this.clean(JSON.parse(text) as Json)) : text;
  }

  redact(text: string): string {
    let clean = text;
    for (const { form, mark } of this.forms) {
      if (clean.includes(form)) clean = clean.replaceAll(form, () => mark);
    }
    return clean;
  }

  /**
   * Up to where the begin of a longer text can be redacted by itself: what is behind it may be the beginning of a secret, or
   * overlap with one that is.
   */
  safeEnd(text: string): number {
    let end = Math.min(text.length, ...this.forms.map(({ form }) => beginOf(form, text)));
    for (let before = -1; before !== end;) {
      before = end;
      for (const { form } of this.forms) {
        const across = text.indexOf(form, Math.max(0, end - form.length + 1));
        if (across >= 0 && across < end) end = across;
      }
    }
    return end;
  }

  /** Whether it could hold a secret in a form that JSON escapes, too: most do not, and need not be parsed. */
  private mayHold(text: string): boolean {
    return this.forms.some(
      ({ form }) => text.includes(form) || text.includes(JSON.stringify(form).slice(1, -1)),
    );
  }

  private clean(value: Json): Json {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value === 'number') return this.cleanNumber(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => this.clean(one));
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [this.redact(key), this.clean(one)]));
  }

  /** A secret of digits may be written as a number. */
  private cleanNumber(value: number): Json {
    const text = String(value);
    const clean = this.redact(text);
    return clean === text ? value : clean;
  }
}

function formsOf(value: string): Set<string> {
  const escaped = JSON.stringify(value).slice(1, -1);
  const base64 = Buffer.from(value).toString('base64');
  return new Set([
    value,
    escaped,
    // A JSON text within a JSON text.
    JSON.stringify(escaped).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(value).toString('base64url'),
    encodeURIComponent(value),
  ]);
}

/** Where the longest end of the text begins that the form goes on from; the text's length where there is none. */
function beginOf(form: string, text: string): number {
  for (let at = Math.max(0, text.length - form.length + 1); at < text.length; at++)
    if (text[at] === form[0] && form.startsWith(text.slice(at))) return at;
  return text.length;
}
