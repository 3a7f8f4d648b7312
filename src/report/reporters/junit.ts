// junit.xml: the data of junit-document.ts as XML that both Jenkins' xunit schema and Surefire's accept.
// junit-report-builder writes the document; what it has no words for is added as each element is built.
import type { Builder, TestCase, TestSuite } from 'junit-report-builder';
import type { RunReport } from '../../model/report.ts';
import { fileReporter } from '../file-reporter.ts';
import { junitSuites, type JunitCase, type JunitSuite } from '../junit-document.ts';
import { clip, xmlText } from '../text.ts';

export default fileReporter('junit', 'junit.xml', async () => {
  const { default: exported } = await import('junit-report-builder');
  // Its types describe an ES module, but Node loads the CommonJS one, whose exports are the builder.
  const builder = exported as unknown as Builder;
  return (report) => renderWith(builder.newBuilder(), report);
});

type XmlElement = ReturnType<TestCase['build']>;

/** Order in which Surefire's schema wants the children of a testcase. */
const order = ['failure', 'rerunFailure', 'flakyFailure', 'skipped', 'error', 'rerunError', 'flakyError', 'system-out'];

/** Longer lines are cut: a reader's browser has to show them. */
const lineLimit = 2000;

/** The builder keeps a tree of the whole document, which for thousands of cells is ten times the text. */
const suitesAtOnce = 50;

function renderWith(builder: Builder, report: RunReport): string {
  const suites = junitSuites(report);
  const parts: ReturnType<typeof takeApart>[] = [];
  for (let first = 0; first === 0 || first < suites.length; first += suitesAtOnce) {
    const part = builder.newBuilder();
    part.name(attribute(`kit-test ${report.id}`));
    for (const suite of suites.slice(first, first + suitesAtOnce)) addSuite(part.testSuite(), suite);
    parts.push(takeApart(part.build()));
  }
  const [{ head, attributes } = { head: '', attributes: '' }] = parts;
  const counted = attributes.replace(/ (tests|failures|errors)="\d+"/g, (_, name: string) => ` ${name}="${parts.reduce((sum, part) => sum + Number(new RegExp(` ${name}="(\\d+)"`).exec(part.attributes)?.[1] ?? 0), 0)}"`);
  // The builder counts skipped cases on the root too, where no schema has a place for them.
  return `${head}<testsuites${counted.replace(/ skipped="\d+"/, '')}>${parts.map(({ inner }) => inner).join('')}\n</testsuites>\n`;
}

/** What the builder makes, cut at its root element. */
function takeApart(xml: string): { readonly head: string; readonly attributes: string; readonly inner: string } {
  const start = xml.indexOf('<testsuites');
  const end = xml.indexOf('>', start);
  const attributes = xml.slice(start + '<testsuites'.length, end).replace(/\/$/, '');
  return { head: xml.slice(0, start), attributes, inner: xml.slice(end + 1, Math.max(end + 1, xml.lastIndexOf('\n</testsuites>'))) };
}

function addSuite(target: TestSuite, suite: JunitSuite): void {
  target.name(attribute(suite.name)).timestamp(suite.timestamp).time(seconds(suite.seconds));
  for (const [name, value] of suite.properties) target.property(name, attribute(value));
  for (const each of suite.cases) addCase(target.testCase(), each);
}

function addCase(target: TestCase, { name, classname, seconds: time, outcome, reruns, output }: JunitCase): void {
  target.name(attribute(name)).className(attribute(classname)).time(seconds(time));
  if (outcome?.tag === 'failure') target.failure(attribute(outcome.message), outcome.type).stacktrace(cdata(outcome.text));
  if (outcome?.tag === 'error') target.error(attribute(outcome.message), outcome.type, cdata(outcome.text));
  if (outcome?.tag === 'skipped') target.skipped();
  if (output !== '') target.standardOutput(cdata(output));
  const build = target.build.bind(target);
  target.build = (parent) => {
    const element = build(parent);
    if (outcome?.tag === 'skipped' && outcome.message !== '') childNamed(element, 'skipped')?.att('message', attribute(outcome.message));
    for (const { tag, type, message, text, output: evidence } of reruns) {
      const rerun = element.ele(tag, { message: attribute(message), type });
      rerun.ele('stackTrace').txt(lines(text));
      if (evidence !== '') rerun.ele('system-out').txt(lines(evidence));
    }
    childrenOf(element).sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    return element;
  };
}

const childrenOf = (element: XmlElement): XmlElement[] => element.children as unknown as XmlElement[];

const childNamed = (element: XmlElement, name: string): XmlElement | undefined => childrenOf(element).find((child) => child.name === name);

const seconds = (value: number): number => Math.round(value * 1000) / 1000;

const lines = (text: string): string => xmlText(text).split('\n').map((line) => clip(line, lineLimit)).join('\n');

const attribute = (text: string): string => clip(xmlText(text).replace(/\s*\n\s*/g, ' '), lineLimit);

/** The builder splits only the first `]]>` of a text. */
function cdata(text: string): string {
  const [first = '', ...rest] = lines(text).split(']]>');
  return rest.length === 0 ? first : `${first}]]>${rest.join(']]]]><![CDATA[>')}`;
}
