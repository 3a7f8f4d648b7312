import fc from 'fast-check';
import reportBuilder, { type Builder } from 'junit-report-builder';
import { describe, expect, it } from 'vitest';
import { xmlText } from '../../../src/report/text.ts';
import { xmlCharacters, xmlLeaf, xmlParent, xmlSection } from '../../../src/report/xml.ts';

/** Text that XML allows, with what means something in it. */
const text = fc.string({ unit: fc.oneof(fc.constantFrom('<', '>', '&', '"', "'", '\n', '\t', '&amp;', '漢'), fc.string({ unit: 'binary', maxLength: 3 })), minLength: 1 }).map((each) => `x${xmlText(each)}`);

describe('an XML element', () => {
  it('stands on a line of its own, indented by its depth, and ends itself where nothing is in it', () => {
    expect(xmlParent(0, 'a', {}, [xmlParent(1, 'b', {}, []), xmlLeaf(1, 'c', {}, 'text'), xmlLeaf(1, 'd', {})])).toBe('\n<a>\n  <b/>\n  <c>text</c>\n  <d/>\n</a>');
  });

  it('writes its attributes in their order, leaves out what is undefined, and quotes what would end one', () => {
    expect(xmlLeaf(0, 'a', { z: 1, b: undefined, c: '<"&">\t\r\n', d: '' })).toBe('\n<a z="1" c="&lt;&quot;&amp;&quot;>&#x9;&#xD;&#xA;" d=""/>');
  });

  it('is what junit-report-builder makes of the same', () => {
    fc.assert(
      fc.property(text, text, text, text, (suite, name, value, output) => {
        fc.pre(!output.includes(']]>'));
        // Its types describe an ES module, but Node loads the CommonJS one, whose exports are the builder.
        const theirs = (reportBuilder as unknown as Builder).newBuilder();
        const testSuite = theirs.testSuite().name(suite).property(name, value);
        testSuite.testCase().name(name).className(value).time(1.5).standardOutput(output);
        const counts = { tests: 1, failures: 0, errors: 0, skipped: 0 };
        const properties = xmlParent(2, 'properties', {}, [xmlLeaf(3, 'property', { name, value })]);
        const testCase = xmlParent(2, 'testcase', { name, classname: value, time: 1.5 }, [xmlLeaf(3, 'system-out', {}, xmlSection(output))]);
        const ours = xmlParent(0, 'testsuites', counts, [xmlParent(1, 'testsuite', { name: suite, ...counts }, [properties, testCase])]);
        expect(`<?xml version="1.0" encoding="UTF-8"?>${ours}`).toBe(theirs.build());
      }),
    );
  });
});

describe('text in XML', () => {
  it('means nothing but itself', () => {
    expect(xmlCharacters('<b>&amp;</b> ]]>')).toBe('&lt;b&gt;&amp;amp;&lt;/b&gt; ]]&gt;');
  });

  it.each([
    ['', ''],
    ['<b>&', '<![CDATA[<b>&]]>'],
    ['a]]>b]]>', '<![CDATA[a]]]]><![CDATA[>b]]]]><![CDATA[>]]>'],
  ])('is a section: %j', (text, section) => {
    expect(xmlSection(text)).toBe(section);
  });
});
