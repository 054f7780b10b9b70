import { type AttemptRequest, type AttemptResult } from '@agentainer/engine';
import { NotFoundError, type TaskError } from '@agentainer/core';
import type { Redactor, Vault } from '@agentainer/secrets';
import { SecretLog } from './secret-log.js';
import { SecretValues } from './secret-values.js';

type Run = (attempt: AttemptRequest) => Promise<AttemptResult>;

/** Takes the secrets of a step out of what its tasks say and result in, before anybody keeps it. */
export class SecretFilter {
  constructor(private readonly vault: Pick<Vault, 'reveal'>) {}

  /** Runs an attempt. One whose secrets cannot be told from other text is not begun. */
  async run(attempt: AttemptRequest, run: Run): Promise<AttemptResult> {
    const { secrets, onLog } = attempt;
    if (!secrets?.length) return run(attempt);
    const seen = new SecretValues();
    try {
      seen.add(await this.values(secrets));
    } catch (error) {
      const { message } = error as Error;
      return {
        kind: 'failed',
        error: { code: 'SECRETS_UNAVAILABLE', message },
        retryable: true,
        suspect: false,
      };
    }
    const look = () => this.values(secrets);
    const log = onLog && new SecretLog(seen, look, onLog);
    const result = await run({ ...this.withoutSecrets(attempt, seen.redactor()), onLog: log?.note });
    // One that was changed meanwhile: the task may have asked before or after.
    seen.add(await look().catch(() => new Map<string, string>()));
    await log?.end();
    return cleaned(result, seen.redactor());
  }

  /** What the task says while it runs, too. */
  private withoutSecrets(attempt: AttemptRequest, redactor: Redactor): AttemptRequest {
    const { onProgress } = attempt;
    return onProgress
      ? { ...attempt, onProgress: (value) => onProgress(redactor.redactJson(value)) }
      : attempt;
  }

  private async values(names: readonly string[]): Promise<Map<string, string>> {
    const values = new Map<string, string>();
    for (const name of names) {
      const value = await this.vault.reveal(name).catch((error: unknown) => {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      });
      if (value !== undefined) values.set(name, value);
    }
    return values;
  }
}

function cleaned(result: AttemptResult, redactor: Redactor): AttemptResult {
  if (result.kind === 'completed') return { ...result, result: redactor.redactJson(result.result) };
  return 'error' in result ? { ...result, error: cleanError(result.error, redactor) } : result;
}

function cleanError({ code, message, detail }: TaskError, redactor: Redactor): TaskError {
  return {
    code: redactor.redact(code),
    message: redactor.redact(message),
    ...(detail !== undefined && { detail: redactor.redact(detail) }),
  };
}
