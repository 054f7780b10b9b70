import { readWork } from './redis-work.js';

it('counts scripts and transactions, and all commands', () => {
  const stats = [
    '# Commandstats',
    'cmdstat_evalsha:calls=10,usec=5,usec_per_call=0.5,rejected_calls=0,failed_calls=0',
    'cmdstat_exec:calls=2,usec=5,usec_per_call=0.5,rejected_calls=0,failed_calls=0',
    'cmdstat_hset:calls=300,usec=5,usec_per_call=0.5,rejected_calls=0,failed_calls=0',
    'cmdstat_client|info:calls=1,usec=5,usec_per_call=0.5,rejected_calls=0,failed_calls=0',
  ].join('\r\n');
  expect(readWork(stats)).toEqual({ scripts: 12, commands: 313 });
});

it('counts nothing where nothing was done', () => {
  expect(readWork('# Commandstats\r\n')).toEqual({ scripts: 0, commands: 0 });
});
