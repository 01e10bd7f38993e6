/** The faults of new versions. */
export {}
