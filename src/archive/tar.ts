// Tar archives in both directions. Where the bytes of a file lie is the caller's to read.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
export type { ReadSlice } from './entry.ts';
export { readTar } from './tar-read.ts';
export { writeTar } from './tar-write.ts';
