const { shift } = Array.prototype;

/** Looks at the arrays whose first element is taken away: that may move all others. */
export class ShiftedArrays {
  /** The length of the longest. */
  longest = 0;

  constructor() {
    const see = (/** @type {unknown[]} */ { length }) => (this.longest = Math.max(this.longest, length));
    Array.prototype.shift = function () {
      see(this);
      return shift.call(this);
    };
  }

  stop() {
    Array.prototype.shift = shift;
  }
}
