const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LIST_END = 0x5d;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([LIST_END, 0x7d]);

/** An element of the list, or the list without an end, is longer than its reader takes. */
export class ElementTooLongError extends Error {
  constructor(readonly limit: number) {
    super(`an element of the input is longer than ${limit} characters`);
    this.name = 'ElementTooLongError';
  }
}

/** Cuts the text of a JSON list, without its first bracket, into its elements while it comes. */
export class ListSplitter {
  /** Whether the list's last bracket has come. */
  hasEnded = false;
  private text = '';
  private at = 0;
  private depth = 0;
  private isInString = false;

  constructor(private readonly limit: number) {}

  /** The elements that are complete with this part. @throws {ElementTooLongError} */
  push(part: string): string[] {
    const elements: string[] = [];
    if (this.hasEnded) return elements;
    this.text += part;
    let start = 0;
    for (; this.at < this.text.length && !this.hasEnded; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (this.isInString) this.stepInString(code);
      else if (code === QUOTE) this.isInString = true;
      else if (OPENING.has(code)) this.depth += 1;
      else if (this.depth > 0) this.depth -= CLOSING.has(code) ? 1 : 0;
      else if (code === COMMA || code === LIST_END) {
        const element = this.text.slice(start, this.at).trim();
        if (element !== '') elements.push(element);
        start = this.at + 1;
        this.hasEnded = code !== COMMA;
      }
    }
    this.text = this.text.slice(start);
    this.at -= start;
    if (this.text.length > this.limit) throw new ElementTooLongError(this.limit);
    return elements;
  }

  private stepInString(code: number): void {
    if (code === BACKSLASH) this.at += 1;
    else if (code === QUOTE) this.isInString = false;
  }
}
