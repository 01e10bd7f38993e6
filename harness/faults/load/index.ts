/** The faults of too much to do. */
export {}
