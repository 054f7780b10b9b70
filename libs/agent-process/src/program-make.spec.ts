import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeOfProgram } from './program-make.js';

it('is another one when the command line, or a file that it names, is', () => {
  const home = mkdtempSync(join(tmpdir(), 'af-make-'));
  const program = join(home, 'agent.js');
  const command = ['node', program, '/no/such/file'];
  const makes = [makeOfProgram(command)];
  writeFileSync(program, 'a');
  makes.push(makeOfProgram(command));
  utimesSync(program, 1, 1);
  makes.push(makeOfProgram(command), makeOfProgram([...command, '-v']));
  expect(new Set(makes).size).toBe(4);
  expect(makeOfProgram(command)).toBe(makes[2]);
  rmSync(home, { recursive: true });
});
