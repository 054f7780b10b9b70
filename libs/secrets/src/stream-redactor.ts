import type { Redactor } from './redactor.js';

/**
 * Takes secrets out of text that comes in parts, wherever it is cut: the end of what has come is held back for as long as it may be the
 * beginning of one.
 */
export class StreamRedactor {
  private held = '';

  /** @param redactor what to take out; it may be another one later, where more secrets become known */
  constructor(public redactor: Redactor) {}

  /** What is certain to hold no secret any more. */
  push(text: string): string {
    const whole = this.held + text;
    const end = this.redactor.safeEnd(whole);
    this.held = whole.slice(end);
    return this.redactor.redact(whole.slice(0, end));
  }

  /** What is held back and is not to be told, for something is missing behind it. */
  forget(): string {
    const rest = this.held;
    this.held = '';
    return rest;
  }

  /** What is held back, for nothing more comes. */
  end(): string {
    const rest = this.redactor.redact(this.held);
    this.held = '';
    return rest;
  }
}
