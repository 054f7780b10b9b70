import { describeMissing, missingPrograms } from './prerequisites.js';

describe('missingPrograms', () => {
  it('finds nothing missing where everything is installed', () => {
    expect(missingPrograms('redis', (program) => `/usr/bin/${program}`)).toEqual([]);
  });

  it('names the package of each program that is not there', () => {
    const missing = missingPrograms('engine', (program) =>
      program === 'flock' ? '/usr/bin/flock' : undefined,
    );
    expect(missing).toEqual([
      { program: 'dockerd', debianPackage: 'docker.io' },
      { program: 'unshare', debianPackage: 'util-linux' },
    ]);
    expect(describeMissing(missing)).toBe(
      'dockerd, unshare not installed; on Debian: apt-get install docker.io util-linux',
    );
  });
});
