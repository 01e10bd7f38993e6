/** The faults of keys and certificates. */
export {}
