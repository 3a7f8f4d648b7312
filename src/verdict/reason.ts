// Why something is no pass, and the console line it rests on.

export interface Reason {
  readonly reason: string;
  readonly line?: number;
}
