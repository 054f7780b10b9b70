import { spawn } from 'node:child_process';

/** Something that the person at the machine has to mend; the message says what. */
export class SetupError extends Error {}

export function say(message) {
  process.stderr.write(`agentainer: ${message}\n`);
}

/** Runs a program to its end; what it says is kept for the case that it fails. */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Like `run`, but a failure is the end of the set-up. */
export async function mustRun(program, args, options) {
  const { ok, output } = await run(program, args, options);
  if (!ok) throw new SetupError(`failed: ${program} ${args.join(' ')}\n${output.trimEnd()}`);
  return output;
}
