/** The faults of what is stored. */
export {}
