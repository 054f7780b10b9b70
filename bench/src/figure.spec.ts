import { formatFigures, ms, perSecond } from './figure.js';

it('stands in columns, with what was promised and whether that is kept', () => {
  const text = formatFigures([
    { what: 'a step', measured: '3 ms', promise: { text: '≤ 4 ms', kept: true } },
    { what: 'tasks', measured: '9/s', beside: 'raw 20/s', promise: { text: '≥ 10/s', kept: false } },
    { what: 'leases', measured: '1/s' },
  ]);
  expect(text.split('\n')).toEqual([
    'figure  measured  beside    promised',
    'a step  3 ms                ≤ 4 ms    kept',
    'tasks   9/s       raw 20/s  ≥ 10/s    MISSED',
    'leases  1/s',
  ]);
});

it('is written as people read it', () => {
  expect([ms(0.456), ms(9.994), ms(1_234.5), perSecond(12_345.6)]).toEqual([
    '0.46 ms',
    '9.99 ms',
    '1235 ms',
    '12,346/s',
  ]);
});
