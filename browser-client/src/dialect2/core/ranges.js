/**
 * A part of a direction's offsets.
 * @typedef {object} Range
 * @property {number} from its first offset
 * @property {number} to the offset behind its last
 */

/**
 * Adds a range: ranges that touch each other become one.
 * @param {Range[]} ranges in order, which don't touch each other
 * @param {number} from
 * @param {number} to not below `from`
 */
export function add(ranges, from, to) {
  if (from === to) {
    return;
  }
  let first = 0;
  while (ranges[first]?.to < from) {
    first++;
  }
  let last = first;
  for (; ranges[last]?.from <= to; last++) {
    from = Math.min(from, ranges[last].from);
    to = Math.max(to, ranges[last].to);
  }
  ranges.splice(first, last - first, { from, to });
}
