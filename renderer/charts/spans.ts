const MINUTE_US = 60e6;

/** The spans on offer. */
export const SPANS = [
  { value: '1', label: '1 min', us: MINUTE_US },
  { value: '15', label: '15 min', us: 15 * MINUTE_US },
  { value: '60', label: '1 h', us: 60 * MINUTE_US },
  { value: '1440', label: '24 h', us: 1440 * MINUTE_US },
  { value: '10080', label: '7 d', us: 10_080 * MINUTE_US },
] as const;
