// The protocols by which tests tell their results on a console.

export const protocols = ['ktap', 'tap', 'ltp', 'gotest', 'pytest'] as const;
export type Protocol = (typeof protocols)[number];

/** How people call it. */
export const protocolNames: Readonly<Record<Protocol, string>> = { ktap: 'KTAP', tap: 'TAP', ltp: 'LTP', gotest: 'go test', pytest: 'pytest' };

/** It never says how many programs will tell results: after the last one there may be another. */
export const isOpenEnded = (protocol: Protocol): boolean => protocol !== 'ktap' && protocol !== 'tap';

/** How builtin:init ends a run of which a result failed. */
export const suiteFailedText = 'Moby test suite FAILED';
