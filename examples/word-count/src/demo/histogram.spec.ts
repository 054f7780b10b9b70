import { meanBetween, observed } from './histogram.js';

const page = (count: number, sum: number) => `
# HELP wait_seconds of something
wait_seconds_bucket{le="1",app="worker",pool="map-1"} 2
wait_seconds_sum{app="worker",pool="map-1"} ${sum}
wait_seconds_count{app="worker",pool="map-1"} ${count}
wait_seconds_sum{app="worker",pool="list-1"} 9
wait_seconds_count{app="worker",pool="list-1"} 1
`;

it('adds up a histogram over processes, of the pools that are wanted', () => {
  const pages = [page(2, 0.5), page(3, 1)];
  expect(observed(pages, 'wait_seconds')).toEqual({ count: 7, sum: 19.5 });
  expect(observed(pages, 'wait_seconds', (pool) => pool.startsWith('map'))).toEqual({ count: 5, sum: 1.5 });
  expect(observed(pages, 'other_seconds')).toEqual({ count: 0, sum: 0 });
});

it('gives the mean of what came between two readings', () => {
  expect(meanBetween({ count: 2, sum: 1 }, { count: 4, sum: 2 })).toBe(0.5);
});
