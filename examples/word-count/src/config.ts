/** What the demonstration takes from its environment: the container engine to use, if any. */
export function readDockerHost(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return environment.DOCKER_HOST || undefined;
}
