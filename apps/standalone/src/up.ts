import { type ProcessParts, runProcess, type Service, ServiceGroup } from '@agentainer/runtime';
import { Standalone, type Standing } from './compose.js';
import { readStandaloneConfig, type StandaloneConfig, type StandaloneSettings } from './config.js';

export interface UpOptions extends StandaloneSettings {
  /** Where the lines for the person at the terminal go; standard output by default. */
  print?: (line: string) => void;
}

/** Runs a whole instance in this process until SIGINT or SIGTERM. Sets the exit code. */
export async function up(options: UpOptions = {}): Promise<void> {
  const { print = console.log, ...settings } = options;
  const compose = (config: StandaloneConfig, { logger, metrics }: ProcessParts) => {
    const standalone = new Standalone(config, {
      logger,
      metrics,
      onLost: (error) => {
        logger.fatal({ err: error }, 'stops');
        process.kill(process.pid, 'SIGTERM');
        process.exitCode = 1;
      },
    });
    const announcement: Service = {
      name: 'announcement',
      start: () => Promise.resolve(describe(standalone.standing).forEach((line) => print(line))),
      stop: () => Promise.resolve(),
    };
    return new ServiceGroup(standalone.name, [standalone, announcement]);
  };
  await runProcess('agentainer', () => readStandaloneConfig(settings), compose);
}

function describe(standing: Standing): string[] {
  const { address, credentialsPath, withoutEngine } = standing;
  const lines = [
    `Agentainer Flow: ${address} · Bull Board: ${address}/queues (the API key is the password) · API key: ${credentialsPath}`,
  ];
  if (withoutEngine !== undefined) lines.push(`Agents are local processes: ${withoutEngine}`);
  return lines;
}
