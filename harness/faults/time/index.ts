/** The faults of clocks. */
export {}
