// A failure that is known, as reports show it. Apart from the schema of such entries, which the page of a run has no need of.

/** Why a failure does not count, as reports show it. */
export interface Known {
  readonly reason: string;
  readonly link?: string;
}

/** `reason (link)`, the same in every report. */
export const knownText = ({ reason, link }: { readonly reason: string; readonly link?: string | undefined }): string => (link === undefined ? reason : `${reason} (${link})`);
