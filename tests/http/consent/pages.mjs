// The pages, as a plain client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, base, cookieHeader, guid, keepCookies, mail, mails,
    password }
    from '../api.mjs';
import { calm, clock, configure, form, forms, history, option, profile,
    settled } from './site.mjs';

const origin = new URL(base).origin;

function client() {
    const jar = new Map();
    const ask = async (method, path, fields) => {
        const a = await fetch(base + path, { method, redirect: 'manual',
            headers: { Origin: origin, ...cookieHeader(jar) },
            body: fields && new URLSearchParams(fields) });
        keepCookies(jar, a.headers);
        const text = await a.text();
        const hidden = Object.fromEntries([...text.matchAll(
            /type="hidden" name="(\w+)" value="([^"]*)"/g)]
            .map((m) => [m[1], m[2]]));
        return { status: a.status, text, hidden,
            to: a.headers.get('location') };
    };
    return { jar, get: (path) => ask('GET', path),
        post: (path, fields) => ask('POST', path, fields) };
}

const box = (text, id) => new RegExp(`<input id="${id}"[^>]*>`).exec(text)?.[0];
const error = (text, id) =>
    new RegExp(`id="${id}-error">([^<]*)`).exec(text)?.[1];

async function signUp(c, email, fields) {
    const a = await c.get('/signup');
    return c.post('/signup', { ...a.hidden, email,
        new_password: password, ...fields });
}

async function signIn(c, p, fields = {}) {
    const a = await c.get('/login');
    return c.post('/login', { ...a.hidden, identifier: p.email, password,
        ...fields });
}

test('sign-up asks for the policy and the form, errors beside them',
    async () => {
        calm();
        configure({ 'privacy.mode': 'strict',
            'site.privacy_url': 'https://example.com/privacy' });
        forms(form('Register', 1, [option('terms', true),
            { id: 'news', text: 'News & <offers>?' }]));
        const c = client(), email = address();
        const a = await c.get('/signup');
        assert.match(box(a.text, 'accept_policy'), / required/);
        assert.match(box(a.text, 'consent-terms'), / required/);
        assert.ok(!/ required| checked/.test(box(a.text, 'consent-news')));
        assert.match(a.text, /href="https:\/\/example\.com\/privacy"/);
        assert.match(a.text, /Text of terms/);
        assert.match(a.text, /News &amp; &lt;offers&gt;\?/);
        assert.equal(a.hidden.policy_version, '1.0');
        let b = await signUp(c, email, { 'consent-terms': 'yes' });
        assert.equal(b.status, 403);
        assert.match(error(b.text, 'accept_policy'), /Accept the privacy/);
        assert.match(box(b.text, 'accept_policy'), /aria-invalid="true"/);
        assert.match(box(b.text, 'consent-terms'), / checked/);
        assert.equal(error(b.text, 'consent-terms'), undefined);
        b = await signUp(c, email, { accept_policy: 'yes',
            'consent-news': 'yes' });
        assert.equal(b.status, 403);
        assert.match(error(b.text, 'consent-terms'), /needed/);
        assert.match(box(b.text, 'consent-news'), / checked/);
        assert.match(box(b.text, 'accept_policy'), / checked/);
        assert.match(b.text, new RegExp(`value="${email}"`));
        // What was shown is what is accepted.
        b = await signUp(c, email, { accept_policy: 'yes',
            'consent-terms': 'yes', policy_version: '0.9' });
        assert.equal(b.status, 403);
        assert.match(error(b.text, 'accept_policy'), /has changed/);
        b = await signUp(c, email, { accept_policy: 'yes',
            'consent-terms': 'yes' });
        assert.equal(b.status, 200, b.text);
        const { link } = await mail(email);
        assert.ok(link);
        assert.equal((await mails(email)).length, 1);
    });

test('sign-up without policy and forms asks for nothing', async () => {
    calm();
    const a = await client().get('/signup');
    assert.ok(!/type="checkbox"/.test(a.text));
    configure({ 'privacy.mode': 'moderated', 'site.privacy_url': '' });
    const b = await client().get('/signup');
    assert.ok(!/ required/.test(box(b.text, 'accept_policy')));
    assert.match(b.text, /\(optional\)/);
});

test('sign-in stops for policy and form, and goes on to where it wanted',
    async () => {
        const p = await settled();
        configure({ 'privacy.mode': 'strict' });
        forms(form('Login', 1, [option('terms', true), option('news')]));
        const c = client();
        const before = (await mails(p.email)).length;
        const stop = await signIn(c, p, { remember: 'yes',
            return: 'https://app.example.org/docs/x' });
        assert.equal(stop.status, 200);
        assert.match(stop.text, /<h1>Before you go on<\/h1>/);
        assert.ok(!c.jar.has('doorward'), 'no session yet');
        assert.match(box(stop.text, 'accept_policy'), / required/);
        const fields = { ...stop.hidden };
        assert.match(fields.consent_token, guid);
        assert.equal(fields.return, 'https://app.example.org/docs/x');
        let b = await c.post('/accept', { ...fields,
            'consent-terms': 'yes' });
        assert.equal(b.status, 403);
        assert.match(error(b.text, 'accept_policy'), /Accept/);
        b = await c.post('/accept', { ...b.hidden, accept_policy: 'yes' });
        assert.equal(b.status, 403);
        assert.match(error(b.text, 'consent-terms'), /needed/);
        assert.equal((await profile(p.token)).PrivacyPolicy, null);
        b = await c.post('/accept', { ...b.hidden, accept_policy: 'yes',
            'consent-terms': 'yes', policy_version: '7' });
        assert.match(error(b.text, 'accept_policy'), /has changed/);
        b = await c.post('/accept', { ...b.hidden, accept_policy: 'yes',
            'consent-terms': 'yes' });
        assert.equal(b.status, 303, b.text);
        assert.equal(b.to, 'https://app.example.org/docs/x');
        assert.ok(c.jar.has('doorward'));
        const account = await c.get('/account');
        assert.equal(account.status, 200);
        assert.match(account.text, /accepted version <bdi>1\.0/);
        // The new browser is told of, though the sign-in had stopped.
        assert.match((await mail(p.email, before + 1)).subject, /sign/i);
        assert.equal(p.session.Profile.Uid,
            (await history(p.token)).json.Uid);
        // Once more is too late; and the next sign-in stops for nothing.
        b = await c.post('/accept', { ...fields, accept_policy: 'yes',
            'consent-terms': 'yes' });
        assert.equal(b.status, 403);
        assert.match(b.text, /Sign in again/);
        assert.equal(b.hidden.consent_token, undefined);
        assert.equal((await signIn(client(), p)).status, 303);
    });

test('sign-in stops for the policy alone, or for a form alone', async () => {
    const p = await settled();
    configure({ 'privacy.mode': 'strict', 'consent.file': '' });
    const c = client();
    let a = await signIn(c, p);
    assert.ok(!/id="consent-/.test(a.text));
    a = await c.post('/accept', { ...a.hidden, accept_policy: 'yes' });
    assert.equal(a.status, 303, a.text);
    assert.match(a.to, /\/account$/);
    configure({ 'consent.file': 'consent.json' });
    forms(form('Login', 1, [option('news')]));
    const d = client();
    a = await signIn(d, p);
    assert.equal(box(a.text, 'accept_policy'), undefined);
    a = await d.post('/accept', a.hidden);
    assert.equal(a.status, 303, a.text);
    assert.deepEqual((await profile(p.token)).ConsentProfile.Consents, []);
});

test('what stopped runs out, and a token of the API is none of a page',
    async () => {
        const p = await settled();
        forms(form('Login', 1, [option('news')]));
        const c = client();
        const a = await signIn(c, p);
        clock(901);
        let b = await c.post('/accept', a.hidden);
        assert.equal(b.status, 403);
        assert.match(b.text, /took too long/);
        clock(0);
        for (const consent_token of ['', 'x', 'A'.repeat(43)]) {
            b = await c.post('/accept', { ...a.hidden, consent_token });
            assert.equal(b.status, 403);
            assert.match(b.text, /Sign in again/);
        }
        b = await c.get('/accept');
        assert.equal(b.status, 303);
        assert.match(b.to, /\/login$/);
        b = await c.post('/accept', { ...a.hidden, form_token: 'x' });
        assert.equal(b.status, 403);
        assert.equal(b.hidden.consent_token, a.hidden.consent_token);
        b = await c.post('/accept', b.hidden);
        assert.equal(b.status, 303, b.text);
    });

test('50 times the same button: one session (S-030)', async () => {
    const p = await settled();
    forms(form('Login', 1, [option('news')]));
    const c = client();
    const a = await signIn(c, p);
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        c.post('/accept', a.hidden)));
    assert.equal(all.filter((b) => b.status === 303).length, 1);
    assert.equal(all.filter((b) => b.status === 403).length, 49);
});

test('account: consents are given and withdrawn, the policy accepted',
    async () => {
        const p = await settled();
        configure({ 'privacy.mode': 'moderated' });
        const c = client();
        assert.equal((await signIn(c, p)).status, 303);
        forms(form('Login', 1, [option('terms', true), option('news')]));
        let a = await c.get('/account');
        assert.ok(!/ checked/.test(box(a.text, 'consent-terms')));
        assert.match(a.text, /needed to sign in/);
        a = await c.post('/account/consents', { ...a.hidden,
            'consent-terms': 'yes', 'consent-news': 'yes' });
        assert.equal(a.to.split('?')[1], 'done=consents');
        a = await c.get('/account?done=consents');
        assert.match(a.text, /Your choices are saved/);
        assert.match(box(a.text, 'consent-terms'), / checked/);
        assert.match(box(a.text, 'consent-news'), / checked/);
        // A form that is gone: its consent can still be withdrawn.
        forms(form('Login', 2, [option('terms', true)]));
        a = await c.get('/account');
        assert.match(box(a.text, 'consent-news'), / checked/);
        a = await c.post('/account/consents', { ...a.hidden,
            'consent-terms': 'yes' });
        a = await c.get('/account');
        assert.equal(box(a.text, 'consent-news'), undefined);
        assert.deepEqual((await profile(p.token)).ConsentProfile.Consents
            .map((x) => x.ConsentOptionId), ['terms']);
        a = await c.post('/account/consents', { 'consent-terms': 'yes' });
        assert.equal(a.status, 403);
        // The policy.
        a = await c.get('/account');
        assert.equal(a.hidden.policy_version, '1.0');
        a = await c.post('/account/policy', { ...a.hidden,
            policy_version: '0.1' });
        assert.match(a.to, /\/account$/);
        a = await c.get('/account');
        const twice = a.hidden;
        a = await c.post('/account/policy', twice);
        assert.equal(a.to.split('?')[1], 'done=policy');
        a = await c.post('/account/policy', twice);
        assert.match(a.to, /\/account$/);
        a = await c.get('/account?done=policy');
        assert.match(a.text, /You have accepted the privacy policy/);
        assert.match(a.text, /accepted version <bdi>1\.0/);
        assert.equal((await profile(p.token)).PrivacyPolicy.Version, '1.0');
        configure({ 'consent.file': '', 'privacy.mode': 'off' });
        a = await c.get('/account');
        assert.ok(!/Consents/.test(a.text));
    });

test('where a PIN is asked for, it is next', async () => {
    const p = await settled();
    configure({ 'pin.enabled': 'yes', 'pin.ask_on_login': 'yes',
        'pin.required': 'yes' });
    forms(form('Login', 1, [option('news')]));
    const c = client();
    const a = await signIn(c, p);
    assert.match(a.text, /Before you go on/);
    const b = await c.post('/accept', { ...a.hidden, 'consent-news': 'yes' });
    assert.equal(b.status, 200);
    assert.match(b.text, /<h1>[^<]*PIN/);
    assert.ok(!c.jar.has('doorward'), 'no session yet');
    assert.equal((await profile(p.token)).ConsentProfile.Consents.length, 1);
});
