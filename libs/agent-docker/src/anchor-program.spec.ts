import { anchorProgram } from './anchor-program.js';

const CODE = 0xd8;

it.each([
  ['x64', 62, 182],
  ['arm64', 183, 252],
] as const)('is a whole executable for %s', (architecture, machine, length) => {
  const program = anchorProgram(architecture);
  expect(program.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
  expect(program.readUInt16LE(18)).toBe(machine);
  expect(program.length).toBe(CODE + length);
  expect(program.readBigUInt64LE(64 + 32)).toBe(BigInt(program.length));
  const entry = Number(program.readBigUInt64LE(24)) - 0x400000;
  expect(entry).toBeGreaterThan(CODE);
  expect(entry).toBeLessThan(program.length);
});

it('is not there for every kind of machine', () => {
  expect(() => anchorProgram('riscv64')).toThrow('riscv64');
});
