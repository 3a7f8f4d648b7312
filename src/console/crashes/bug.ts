// What kernel code found wrong by itself and said with BUG: BUG_ON, bad state, leaks, sleeping where it must not.
import { trace, trap } from './rule.ts';
import type { CrashFamily, CrashRule } from './rule.ts';

const plain = (header: RegExp, title: string): CrashRule => ({ header, title, stackless: true });
const printed = (header: RegExp, title: string, skip?: RegExp): CrashRule => ({ header, title, paths: trace, ...(skip === undefined ? undefined : { skip }) });

export const bugFamilies: readonly CrashFamily[] = [
  {
    trigger: 'BUG at ',
    rules: [
      printed(/kernel BUG at mm\/usercopy\.c/, 'BUG: bad usercopy in {function}', /usercopy|__check/),
      printed(/kernel BUG at \S*lib\/list_debug\.c/, 'BUG: corrupted list in {function}'),
      // Rust has said before why it panics.
      { header: /kernel BUG at rust\/helpers\//, title: 'kernel BUG in {function}', paths: trap, follows: true },
      // Wrappers of socket buffers check what their callers did.
      { header: /kernel BUG at /i, title: 'kernel BUG in {function}', paths: trap, skip: /^skb_/ },
    ],
  },
  { trigger: 'BUG kmalloc-', rules: [{ header: /BUG kmalloc-.*: Object already free/, title: 'BUG: Object already free' }] },
  {
    trigger: 'BUG: ',
    not: /DEBUG: /,
    rules: [
      plain(/BUG: Bad rss-counter state/, 'BUG: Bad rss-counter state'),
      plain(/BUG: non-zero (nr_ptes|nr_pmds|pgtables_bytes) on freeing mm/, 'BUG: non-zero $1 on freeing mm'),
      { header: /BUG: Dentry .* still in use \(-?\d+\) \[unmount of [^\]]+\]/, title: 'BUG: Dentry still in use in unmount' },
      // Who allocated the page is to blame; only CONFIG_PAGE_OWNER knows.
      { header: /BUG: Bad page (state|cache)/, needs: [/page last allocated/], title: 'BUG: Bad page $1 in {function}', paths: [[/page last allocated/, 'frames']], skip: /(?:free|put|get|update|release)_page|free_unref|^_*folio|truncate_inode_pages|page_frag_free|alloc|vmap|page_owner|prep_new_page/ },
      { header: /BUG: Bad page (state|cache|map)/, title: 'BUG: Bad page $1' },
      { header: /BUG: .*stack guard page was hit at/, title: 'BUG: stack guard page was hit in {function}', paths: trap, choose: 'stall' },
      printed(/BUG: scheduling while atomic/, 'BUG: scheduling while atomic in {function}', /schedule/),
      printed(/BUG: sleeping function called from invalid context at /, 'BUG: sleeping function called from invalid context in {function}'),
      printed(/BUG: using ([a-z_]+)\(\) in preemptible/, 'BUG: using $1() in preemptible code in {function}', /preempt|debug_|processor_id|this_cpu/),
      { header: /BUG: workqueue leaked (?:lock|atomic)/, needs: [/last function: (\w+)$/], named: true, title: 'BUG: workqueue leaked lock or atomic in {function}', stackless: true },
      { header: /BUG: memory leak/, title: 'memory leak in {function}', paths: [[/backtrace(?: \(crc [0-9a-f]*\))?:/, 'frames']], skip: /kmemleak|mmap|kmem|slab|alloc|create_object|idr_get|list_lru_init|kv?asprintf|pcpu_create|strn?dup|memdup/ },
      { header: /BUG:\s*$/, title: 'BUG: corrupted', corrupted: true },
      plain(/BUG: (\S.*)/, 'BUG: $1'),
    ],
  },
  {
    trigger: 'unregister_netdevice: waiting for ',
    rules: [{ ...plain(/unregister_netdevice: waiting for .* to become free/, 'unregister_netdevice: waiting for DEV to become free'), follows: true }],
  },
  { trigger: 'VFS: Busy inodes after unmount', rules: [plain(/VFS: Busy inodes after unmount/, 'VFS: Busy inodes after unmount (use-after-free)')] },
  { trigger: 'VFS: Close: file count is 0', rules: [plain(/VFS: Close: file count is 0/, 'VFS: Close: file count is zero (use-after-free)')] },
  { trigger: 'rust_kernel: panicked at ', rules: [{ header: /rust_kernel: panicked at /, needs: [/(.*\S.*)/], title: '$a in {function}', paths: trace, skip: /rust_begin_unwind/ }] },
  {
    // SLUB; what remains of an old KASAN report begins so too.
    trigger: 'INFO: ',
    rules: [
      { header: /INFO: (Freed|Allocated) in (.*)/, title: 'INFO: $1 in $2', follows: true, corrupted: true },
      { header: /INFO: (?:Slab|Object) 0x/, title: 'BUG: slab corruption', follows: true, stackless: true },
    ],
  },
];
