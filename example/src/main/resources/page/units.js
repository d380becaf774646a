const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const UNITS = ['B', 'kB', 'MB', 'GB'];

/** So many bytes, to the byte: `1,234 B`. */
export const bytesText = (bytes) => `${whole.format(bytes)} B`;

/** So many bytes, in three figures: `1.23 kB`. */
export function sizeText(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(value)} B` : `${short.format(value)} ${UNITS[unit]}`;
}
