// The keys, in a dialog.
import { useEffect, useRef } from 'preact/hooks';
import { keyHelp } from './keys.ts';

export function Help({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={onClose} onClick={({ target }) => { if (target === dialog.current) onClose(); }}>
      <h2 id="help-title">Keys</h2>
      <dl>{keyHelp.map(([key, meaning]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{meaning}</dd></div>)}</dl>
      <p>In the search, words must all occur; <code>-word</code> leaves out; <code>is:fail,crash</code> selects verdicts, <code>is:new</code> failures that no earlier run had, <code>is:since</code> those that last, <code>is:fixed</code> what passes again.</p>
      <button type="button" onClick={onClose}>Close</button>
    </dialog>
  );
}
