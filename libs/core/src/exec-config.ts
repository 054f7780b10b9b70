import { z } from 'zod';
import { LIMITS } from './limits.js';

/** A part of a command reaches the kernel as a text that ends with the first NUL. */
const commandPart = z
  .string()
  .max(LIMITS.commandPart)
  .refine((text) => !text.includes('\0'), 'must not contain the character NUL');

/** As what a command reads its input, or what it writes is taken: `text` for a plain one where JSON is a string. */
const streamFormat = z.enum(['json', 'text']).default('json');

/** How agents are given their tasks: over HTTP, or by running a command for each of them. */
export const execFields = {
  protocol: z.enum(['http', 'exec']).default('http'),
  /** Program and arguments; the image's own where it is left out. */
  command: z.array(commandPart).min(1).max(LIMITS.commandParts).optional(),
  stdin: streamFormat,
  stdout: streamFormat,
};

type ExecConfig = z.output<z.ZodObject<typeof execFields>>;

/** What only a command can have is a mistake where none is run. */
export function withoutExec({ value: config, issues }: z.core.ParsePayload<ExecConfig>): void {
  if (config.protocol === 'exec') return;
  const said = { command: config.command, stdin: config.stdin === 'text', stdout: config.stdout === 'text' };
  for (const [field, isSaid] of Object.entries(said)) {
    if (isSaid)
      issues.push({ code: 'custom', path: [field], message: 'needs "protocol": "exec"', input: config });
  }
}
