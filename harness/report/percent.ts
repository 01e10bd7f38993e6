/** A share in words, with a digit behind the point where it is small: `4.5 %`, `68 %`. */
export function percent(share: number): string {
  const value = share * 100
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`
}
