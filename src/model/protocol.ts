// The protocols by which tests tell their results on a console.

export const protocols = ['ktap', 'tap'] as const;
export type Protocol = (typeof protocols)[number];
