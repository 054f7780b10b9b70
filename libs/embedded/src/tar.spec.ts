import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { tarStream } from './tar.js';

describe('tarStream', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'af-tar-'));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('writes what tar reads: directories, texts, files of the machine, links', async () => {
    const source = join(directory, 'source');
    writeFileSync(source, 'x'.repeat(100_000));
    const archive = await buffer(
      tarStream([
        { type: 'directory', path: 'tmp', mode: 0o1777 },
        { type: 'text', path: 'a/one.txt', mode: 0o644, content: 'größer' },
        { type: 'file', path: 'bin/two', mode: 0o755, source },
        { type: 'symlink', path: 'bin/sh', target: 'two' },
      ]),
    );
    const out = join(directory, 'out');
    execFileSync('mkdir', [out]);
    execFileSync('tar', ['-xp', '-C', out], { input: archive });
    expect(statSync(join(out, 'tmp')).mode & 0o7777).toBe(0o1777);
    expect(readFileSync(join(out, 'a/one.txt'), 'utf8')).toBe('größer');
    expect(readFileSync(join(out, 'bin/two'))).toHaveLength(100_000);
    expect(statSync(join(out, 'bin/two')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(out, 'bin/sh'))).toBe('two');
  });

  it('refuses a path that the format cannot hold', async () => {
    const long = { type: 'text', path: 'x'.repeat(101), mode: 0o644, content: '' } as const;
    await expect(buffer(tarStream([long]))).rejects.toThrow('too long');
  });
});
