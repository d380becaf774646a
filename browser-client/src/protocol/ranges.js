/**
 * A part of a direction's offsets.
 *
 * @typedef {object} Range
 * @property {number} from its first offset
 * @property {number} to the offset behind its last
 */

/**
 * Makes a range one of those that are there: ranges that touch each other become one.
 *
 * @param {Range[]} ranges in order, none of which touch
 * @param {number} from
 * @param {number} to not below `from`
 */
export function add(ranges, from, to) {
  if (from === to) {
    return;
  }
  const found = ranges.findIndex((range) => range.to >= from);
  const first = found < 0 ? ranges.length : found;
  let last = first;
  for (; last < ranges.length && ranges[last].from <= to; last++) {
    from = Math.min(from, ranges[last].from);
    to = Math.max(to, ranges[last].to);
  }
  ranges.splice(first, last - first, { from, to });
}
