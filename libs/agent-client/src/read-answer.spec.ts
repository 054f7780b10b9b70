import { readAnswer } from './read-answer.js';

const read = (line: string) => readAnswer({ status: 200, body: Buffer.from(line) }, 1_000);

it.each([
  ['{"clean":true,"type":"result","result":1}\n', true],
  ['{ "clean" : false, "type" : "result", "result" : 1 }', false],
  ['{"type":"result","result":{"clean":true}}\n', undefined],
  ['{"result":1,"type":"result","clean":true}\n', true],
  ['{"type":"dropped","clean":true}\n', true],
  ['{"clean":false,"type":"problem","code":"C","message":"m"}\n', false],
])('tells whether the agent says that nothing is left of the task: %s', (line, clean) => {
  expect(read(line).clean).toBe(clean);
});

it('keeps the text of a result that comes after it', () => {
  const line = '{"clean":true,"type":"result","result":12345678901234567890}\n';
  expect(read(line)).toEqual({ kind: 'completed', result: '12345678901234567890', clean: true });
});

it('takes nothing else for it', () => {
  expect(read('{"clean":"yes","type":"result","result":1}')).toMatchObject({ kind: 'failed', suspect: true });
});
