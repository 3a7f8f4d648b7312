// How a guest gets to its user space.

/**
 * `cold`: its kernel boots. `warm`: it goes on from a template, a guest of the same kernel and machine that has booted and waits.
 * `auto`: warm where that is sound and pays off. `both`: once either way, and the verdicts must be equal.
 */
export const startModes = ['auto', 'cold', 'warm', 'both'] as const;
export type StartMode = (typeof startModes)[number];
