// Long lists, some at a time.

/** The items in their order, `most` in each part but the last. */
export const inParts = <T>(items: readonly T[], most: number): readonly (readonly T[])[] => Array.from({ length: Math.ceil(items.length / most) }, (_, part) => items.slice(part * most, (part + 1) * most));
