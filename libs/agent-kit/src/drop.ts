/**
 * Returned by the handler of a map step in place of a result: the item is done with, and is left out of the
 * list of results.
 */
export const DROP: unique symbol = Symbol('drop');
