import { DeadlineError, withDeadline } from './deadline.js';

const never = () => new Promise<never>(() => undefined);

it('gives what the work comes to', async () => {
  await expect(withDeadline('work', 1_000, Promise.resolve(7))).resolves.toBe(7);
  await expect(withDeadline('work', 1_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});

it('throws what took too long', async () => {
  await expect(withDeadline('work', 5, never())).rejects.toThrow(DeadlineError);
  await expect(withDeadline('work', 5, never())).rejects.toThrow('work took longer than 5 ms');
});
