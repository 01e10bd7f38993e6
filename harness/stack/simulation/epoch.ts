/** When every simulation begins, ms since the epoch. */
export const epochMs = Date.UTC(2026, 5, 12, 12)
