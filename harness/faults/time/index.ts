/** The faults of clocks. */
export { clockSkew } from './clock-skew.ts'
