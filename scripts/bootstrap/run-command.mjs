import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** npm and the terminal both pass on a Ctrl-C: within this time, in milliseconds, it is one. */
const SAME_SIGNAL_MS = 1_000;
const PARENT_CHECK_MS = 1_000;
const SETPRIV = '/usr/bin/setpriv';

/**
 * Runs a command and resolves with its exit code. It has a process group of its own, so that a Ctrl-C reaches
 * it once, from here; a second one, later, is passed on too. Where this process is killed, it is asked to end.
 */
export function runCommand(command, cwd) {
  const onDeath = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', '--'] : [];
  const [program, ...args] = [...onDeath, ...(command[0] === 'node' ? [process.execPath] : [command[0]])];
  const child = spawn(program, [...args, ...command.slice(1)], { cwd, stdio: 'inherit', detached: true });
  let last = -Infinity;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (Date.now() - last > SAME_SIGNAL_MS) child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
      last = Date.now();
    });
  }
  whenNpmIsGone(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** npm that is killed cannot pass anything on; its children get another parent then. */
function whenNpmIsGone(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(check);
    stop();
  }, PARENT_CHECK_MS);
  check.unref();
}
