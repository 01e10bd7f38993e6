/** The faults of the programs that run. */
export {}
