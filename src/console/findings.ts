// Collects what the detectors find. Memory is bounded whatever a guest prints, and nothing that decides is lost by that:
// beyond a number of documents the good ones are added up, beyond another one the bad ones too, as a problem.
import type { Finding, ResultsFinding } from '../model/console.ts';
import { addTallies, isBad, listedTally } from './leaves.ts';

const documentLimit = 500;
/** Kept beyond that. */
const badDocumentLimit = 500;
const exitLimit = 20;

export interface FindingList {
  add(finding: Finding): void;
  /** In the order they were certain; the same array whenever it is asked for. */
  readonly all: readonly Finding[];
}

export function createFindingList(): FindingList {
  const all: Finding[] = [];
  /** Places of the documents that stand for many. */
  const sums = new Map<string, number>();
  const statuses = new Set<number>();
  let documents = 0;
  let badDocuments = 0;
  let exits = 0;

  function addDocument(document: ResultsFinding): void {
    const good = isGood(document);
    if (documents < documentLimit || !good && badDocuments < badDocumentLimit) {
      documents += 1;
      if (documents > documentLimit) badDocuments += 1;
      all.push(document);
      return;
    }
    const key = `${document.protocol} ${document.kernel === true ? 'kernel' : 'user'}`;
    const at = sums.get(key);
    const sum = at === undefined ? undefined : all[at];
    if (at === undefined || sum?.kind !== 'results') {
      sums.set(key, all.length);
      all.push(summed(document, good));
    } else all[at] = joined(sum, summed(document, good));
  }

  return {
    all,
    add(finding) {
      switch (finding.kind) {
        case 'results': addDocument(finding); break;
        case 'exit':
          // Any status but the one that is expected decides, so each is kept once.
          if (exits < exitLimit || !statuses.has(finding.status)) all.push(finding);
          exits += 1;
          statuses.add(finding.status);
          break;
        // Few by nature, or counted where they are found.
        case 'crash': case 'marker': case 'milestone': case 'dialog': all.push(finding); break;
      }
    },
  };
}

const isGood = ({ results, problems, omitted }: ResultsFinding): boolean =>
  problems.length === 0 && !results.some(isBad) && omitted?.fail === undefined && omitted?.missing === undefined && (results.length > 0 || omitted !== undefined);

/** A document of which only the counts are left. */
const summed = ({ results, ...document }: ResultsFinding, good: boolean): ResultsFinding =>
  ({ ...document, results: [], omitted: addTallies(document.omitted, listedTally(results)), problems: good ? [] : ['more documents than are kept, not all of them good'] });

function joined(sum: ResultsFinding, next: ResultsFinding): ResultsFinding {
  const { planned, omitted, emptySubtests, ...rest } = sum;
  const empty = (emptySubtests ?? 0) + (next.emptySubtests ?? 0);
  return {
    ...rest, omitted: addTallies(omitted, next.omitted), complete: sum.complete && next.complete, problems: [...new Set([...sum.problems, ...next.problems])],
    ...(planned === undefined || next.planned === undefined ? undefined : { planned: planned + next.planned }),
    ...(empty === 0 ? undefined : { emptySubtests: empty }),
  };
}
