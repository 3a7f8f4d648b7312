// Text in the HTML that GitHub shows among Markdown: nothing in it is markup, and nobody is called by it.
import { safeLine } from '../text.ts';

/** Text of unknown origin on one line: in an attribute, or within `code` and `pre`, which GitHub leaves alone. */
export const html = (text: string): string => safeLine(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** The same anywhere else: `@name` would notify somebody, `#12` would leave a trace in that issue, so both are broken up without being seen. */
export const prose = (text: string): string => html(text).replace(/@(?=[\w-])/g, '@\u2060').replace(/#(?=\d)/g, '#\u2060');
