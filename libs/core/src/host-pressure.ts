/** What a host is nearly out of; `use` is the share of it that is in use, `directory` a folder on the disk that is meant. */
export type HostPressure =
  { resource: 'memory'; use: number } | { resource: 'disk'; directory: string; use: number };

/** For people: `memory 93%, disk of /var/lib/docker 97%`. */
export function pressureText(pressure: readonly HostPressure[]): string {
  return pressure
    .map((one) => {
      const what = one.resource === 'disk' ? `disk of ${one.directory}` : one.resource;
      return `${what} ${Math.floor(one.use * 100)}%`;
    })
    .join(', ');
}
