// What changed since the run before.
import { memo } from 'preact/compat';
import type { ComparedCell, Comparison } from '../model/comparison.ts';
import { formatDuration } from '../model/format.ts';
import { symbols } from './look.ts';
import { formatRoute } from './address.ts';

export const ComparisonView = memo(({ comparison, query }: { readonly comparison: Comparison; readonly query: string }) => {
  const { before, broken, fixed, changed, slower, faster, added, gone } = comparison;
  const lists = [
    ['broken', 'New failures', broken],
    ['fixed', 'Fixed', fixed],
    ['changed', 'Fail in another way', changed],
    ['slower', 'Slower', slower],
    ['faster', 'Faster', faster],
    ['added', 'Not in the run before', added],
    ['gone', 'Only in the run before', gone],
  ] as const;
  const news = lists.filter(([, , cells]) => cells.length > 0);
  return (
    <section aria-labelledby="comparison-title">
      <h2 id="comparison-title">Since run {before}</h2>
      {news.length === 0 ? <p class="empty">Nothing changed: {comparison.same} cells ended as they did then.</p> : news.map(([name, title, cells]) => (
        <details key={name} open={name === 'broken' || name === 'fixed'}>
          <summary>{title} <span class="count">{cells.length}</span></summary>
          <ul class="compared">{cells.map((cell) => <Compared key={cell.id} cell={cell} query={query} />)}</ul>
        </details>
      ))}
    </section>
  );
});

function Compared({ cell: { id, before, after }, query }: { readonly cell: ComparedCell; readonly query: string }) {
  const side = (one: ComparedCell['before']) => one === undefined ? <span class="skip">not there</span> : <span class={one.word}><span aria-hidden="true">{symbols[one.word]}</span> {one.word} {one.word === 'skip' ? '' : formatDuration(one.durationMs)}</span>;
  const reason = after !== undefined && after.reason !== '' ? after.reason : before?.reason ?? '';
  return (
    <li>
      {after === undefined ? <span>{id}</span> : <a href={formatRoute({ cell: id, query })}>{id}</a>} {side(before)} → {side(after)} <span class="detail">{reason}</span>
    </li>
  );
}
