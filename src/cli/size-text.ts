/** Sizes for people, in units of 1,024: `512 B`, `1.4 GiB`. */
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

export function sizeText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // 1023.95 would be printed as 1024.0 of the smaller unit.
  while (amount >= (unit === 0 ? 1024 : 1023.95) && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${amount} B` : `${amount.toFixed(1)} ${units[unit]}`;
}
