import { createLogger, createRegistry, runUntilSignal, type Service } from '@agentainer/runtime';
import { Standalone, type Standing } from './compose.js';
import { readStandaloneConfig, type StandaloneSettings } from './config.js';

export interface UpOptions extends StandaloneSettings {
  /** Where the lines for the person at the terminal go; standard output by default. */
  print?: (line: string) => void;
}

/** Runs a whole instance in this process until SIGINT or SIGTERM. Sets the exit code. */
export async function up(options: UpOptions = {}): Promise<void> {
  const { print = console.log, ...settings } = options;
  const config = readStandaloneConfig(settings);
  const logger = createLogger('agentainer', config.logLevel);
  const standalone = new Standalone(config, {
    logger,
    metrics: createRegistry('agentainer'),
    onLost: (error) => {
      logger.fatal({ err: error }, 'stops');
      process.kill(process.pid, 'SIGTERM');
      process.exitCode = 1;
    },
  });
  await runUntilSignal(announced(standalone, print), logger);
}

function announced(standalone: Standalone, print: (line: string) => void): Service {
  return {
    name: standalone.name,
    start: async () => {
      await standalone.start();
      for (const line of describe(standalone.standing)) print(line);
    },
    stop: () => standalone.stop(),
  };
}

function describe(standing: Standing): string[] {
  const { address, credentialsPath, withoutEngine } = standing;
  const lines = [
    `Agentainer Flow: ${address} · Bull Board: ${address}/queues (the API key is the password) · API key: ${credentialsPath}`,
  ];
  if (withoutEngine !== undefined) lines.push(`Agents are local processes: ${withoutEngine}`);
  return lines;
}
