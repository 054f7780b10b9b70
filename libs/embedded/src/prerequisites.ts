import { commandPath } from './command-path.js';

/** A program that is not installed, and the Debian package that has it. */
export interface MissingProgram {
  program: string;
  debianPackage: string;
}

export type Feature = 'redis' | 'engine';

/** What each feature runs, and the package of it. */
const NEEDED: Record<Feature, Record<string, string>> = {
  redis: { 'redis-server': 'redis-server', setpriv: 'util-linux', flock: 'util-linux' },
  engine: { dockerd: 'docker.io', flock: 'util-linux', unshare: 'util-linux' },
};

/** The programs that a feature needs and this machine does not have. */
export function missingPrograms(
  feature: Feature,
  find: (program: string) => string | undefined = commandPath,
): MissingProgram[] {
  return Object.entries(NEEDED[feature])
    .filter(([program]) => find(program) === undefined)
    .map(([program, debianPackage]) => ({ program, debianPackage }));
}

/** One sentence that says what is missing and how to install it on Debian. */
export function describeMissing(missing: readonly MissingProgram[]): string {
  const programs = missing.map((m) => m.program).join(', ');
  const packages = [...new Set(missing.map((m) => m.debianPackage))].join(' ');
  return `${programs} not installed; on Debian: apt-get install ${packages}`;
}
