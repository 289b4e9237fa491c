// The page of the API: all that /openapi.json says, and nothing from
// elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, openapi, page } from '../api.mjs';

const api = await openapi();
const { status, text, headers } = await page(new Map())('GET',
    '/api-reference');
const plain = (s) => s.replace(/<[^>]*>/g, ' ').replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, '\'')
    .replace(/&amp;/g, '&');
// The operations as they are shown: method, path, and the rest.
const shown = new Map([...text.matchAll(
    /<details[^>]*>([^]*?)<\/details>/g)].map(([, part]) =>
    [/<span[^>]*>(\w+)<\/span> <code>([^<]*)/.exec(part).slice(1).join(' '),
        part]));

test('every operation with its parameters, answer and errors', () => {
    assert.equal(status, 200);
    let n = 0;
    for (const [path, methods] of Object.entries(api.paths))
        for (const [method, op] of Object.entries(methods)) {
            const part = shown.get(`${method} ${path}`);
            assert.ok(part, `${method} ${path}`);
            n++;
            const has = (s, what) => assert.ok(part.includes(s),
                `${method} ${path}: ${what ?? s}`);
            has(plain(part).includes(op.summary) ? '' : op.summary);
            for (const p of op.parameters ?? [])
                has(`<code>${p.name}</code>`);
            const body = op.requestBody?.content['application/json'].schema;
            for (const shape of body?.anyOf ?? (body ? [body] : []))
                for (const name of Object.keys(shape.properties ?? {}))
                    has(`<code>${name}</code>`);
            const answer = op.responses[200].content['application/json']
                .schema;
            for (const name of Object.keys(answer.properties ?? {}))
                has(`<code>${name}</code>`);
            for (const [code, r] of Object.entries(op.responses))
                if (code !== '200')
                    for (const e of r.content['application/json'].schema
                        .allOf[1].properties.ErrorCode.enum)
                        has(`<a href="#e${e}">`);
        }
    assert.equal(shown.size, n);
    for (const [, e] of text.matchAll(/href="#e(\d+)"/g))
        assert.equal(text.split(`id="e${e}"`).length, 2, e);
});

test('nothing from elsewhere, no script, within the content policy', () => {
    assert.match(headers.get('content-security-policy'),
        /^default-src 'none'; style-src 'self'/);
    assert.doesNotMatch(text, /<script|<style| style=| on\w+=/i);
    for (const [, to] of text.matchAll(/(?:src|href|action)="([^"]*)"/g))
        assert.ok(/^(\/(?!\/)|#|data:,$)/.test(to) || to.startsWith(base),
            to);
});
