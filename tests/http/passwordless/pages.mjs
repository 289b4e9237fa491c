// The pages for signing in without a password, as plain clients see them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, hidden, keepCookies, cookieHeader,
    login, mail, page, password, person, phone, refused, send, setCookies,
    smsCode, sott } from '../api.mjs';

const origin = new URL(base).origin;
const html = (a, status = 200) => {
    assert.equal(a.status, status, a.text);
    return a.text;
};
const to = (a) => [a.status, a.headers.get('location')];
const HOME = [303, '/account'];
const browser = () => {
    const jar = new Map(), visit = page(jar);
    return { jar, visit, send: (path, form) => send(visit, path, form),
        who: async () => /Signed in as <bdi>([^<]*)/.exec((await visit('GET',
            '/account')).text)?.[1] };
};
// The path of the link, as it stands in the mail.
async function linkOf(p, n) {
    const [link] = /https?:\S*vtoken=\S*/.exec((await mail(p.email, n)).text);
    assert.ok(link.startsWith(`${base}/passwordless/link?`), link);
    return link.slice(base.length);
}
const ask = async (b, identifier) => html(await b.send('/passwordless',
    { identifier }));

test('from the login page to the link of the mail, and in', async () => {
    const p = await person(), b = browser();
    assert.match(html(await b.visit('GET', '/login')),
        /href="[^"]*\/passwordless">Send me a link or code instead/);
    const sent = await ask(b, p.email);
    assert.match(sent, /Check your mail/);
    assert.ok(sent.includes(p.email));
    const link = await linkOf(p, 2);
    const landing = await b.visit('GET', link);
    assert.match(html(landing), new RegExp(`as <strong class="address"><bdi>${
        p.email}`));
    assert.match(landing.text, /Asked for at \d{4}-\d\d-\d\d \d\d:\d\d UTC, /);
    assert.equal(landing.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(landing.headers.get('cache-control'), 'no-store');
    assert.deepEqual(to(await b.visit('POST', '/passwordless/link',
        hidden(landing.text))), HOME);
    assert.equal(await b.who(), p.email);
    for (const path of ['/passwordless', '/passwordless/code'])
        assert.deepEqual(to(await b.visit('GET', path)), HOME);
});

test('scanners get a page and no session; the button works (S-037, F-17)',
    async () => {
        const p = await person(), b = browser();
        await ask(b, p.email);
        const link = await linkOf(p, 2);
        const scanner = (method) => call(method, link, { judge: false,
            headers: { 'X-Doorward-ApiKey': null } });
        for (const method of ['HEAD', 'GET', 'GET', 'GET']) {
            const a = await scanner(method);
            assert.equal(a.status, 200);
            for (const cookie of setCookies(a.headers))
                assert.match(cookie, /^[^=]*form[^=]*=/);
        }
        const { text } = await b.visit('GET', link);
        assert.deepEqual(to(await b.visit('POST', '/passwordless/link',
            hidden(text))), HOME);
    });

test('a form without its token, or of another browser, does not enter' +
    ' (S-101)', async () => {
    const p = await person(), b = browser(), c = browser();
    await ask(b, p.email);
    const link = await linkOf(p, 2);
    const { text } = await b.visit('GET', link);
    await c.visit('GET', '/login');
    for (const form of [{ vtoken: hidden(text).vtoken }, hidden(text)])
        html(await c.visit('POST', '/passwordless/link', form), 403);
    assert.deepEqual(to(await b.visit('POST', '/passwordless/link',
        hidden(text))), HOME);
});

// ---- two browsers (S-039) ----

for (const order of ['asks and opens', 'asks, another opens',
    'both open, the other presses first', 'both open, the asking one first'])
    test(`whose browser gets the session: ${order} (S-039)`, async () => {
        const p = await person(), a = browser(), b = browser();
        await ask(a, p.email);
        const link = await linkOf(p, 2);
        const both = order.startsWith('both');
        const first = /^asks and|asking one first/.test(order) ? a : b;
        const second = first === a ? b : a;
        const one = html(await first.visit('GET', link));
        const two = both && html(await second.visit('GET', link));
        assert.deepEqual(to(await first.visit('POST', '/passwordless/link',
            hidden(one))), HOME);
        assert.equal(await first.who(), p.email);
        if (both)
            assert.match(html(await second.visit('POST',
                '/passwordless/link', hidden(two)), 403),
            /has been used already/);
        assert.match(html(await second.visit('GET', link), 403),
            /has been used already/);
        assert.equal(await second.who(), undefined);
    });

test('a session of somebody else is not ended in silence (S-039)',
    async () => {
        const p = await person(), q = await person(), b = browser();
        assert.deepEqual(to(await b.send('/login', { identifier: q.email,
            password })), HOME);
        const other = browser();
        await ask(other, p.email);
        const link = await linkOf(p, 2);
        // The cookie is held back on the way from the mail...
        const bare = browser();
        const arrival = await bare.visit('GET', link);
        assert.ok(!html(arrival).includes('instead'));
        for (const [name, value] of bare.jar)
            b.jar.set(name, value);
        // ...and comes with the form.
        const again = await b.visit('POST', '/passwordless/link',
            hidden(arrival.text));
        assert.match(html(again), new RegExp(
            `signed in here as <bdi class="address">${q.email}`));
        assert.equal(await b.who(), q.email);
        const seen = await b.visit('GET', link);
        assert.match(html(seen), /Sign in to this account instead/);
        assert.deepEqual(to(await b.visit('POST', '/passwordless/link',
            hidden(again.text))), HOME);
        assert.equal(await b.who(), p.email);
    });

// ---- what is shown to whom ----

test('known, unknown and malformed names at the form (S-018)', async () => {
    const p = await person(), b = browser(), nobody = address();
    const clean = (text, name) => text.replaceAll(name, '')
        .replace(/form_token" value="[^"]*"/g, '');
    assert.equal(clean(await ask(b, p.email), p.email),
        clean(await ask(b, nobody), nobody));
    assert.match(html(await b.send('/passwordless', { identifier: 'a@' }),
        400), /does not look like an email address/);
    html(await b.send('/passwordless', { identifier: '' }), 400);
    html(await b.send('/passwordless', { identifier: 'a b' }), 403);
    html(await b.visit('GET', '/passwordless/link?vtoken=x'), 403);
    html(await b.visit('GET', '/passwordless/link'));
});

test('the way back goes along with the link', async () => {
    const p = await person(), b = browser();
    const { text } = await b.visit('GET',
        '/passwordless?return=https://app.example.org/docs/a');
    html(await b.visit('POST', '/passwordless', { ...hidden(text),
        identifier: p.email }));
    const landing = await b.visit('GET', await linkOf(p, 2));
    assert.deepEqual(to(await b.visit('POST', '/passwordless/link',
        { ...hidden(landing.text), remember: 'yes' })),
    [303, 'https://app.example.org/docs/a']);
});

test('a new browser is told to its owner (S-050)', async () => {
    const p = await person(), b = browser();
    granted(await login(p));
    await ask(b, p.email);
    const { text } = await b.visit('GET', await linkOf(p, 2));
    assert.deepEqual(to(await b.visit('POST', '/passwordless/link',
        hidden(text))), HOME);
    assert.match((await mail(p.email, 3)).subject, /new sign-in/);
});

// ---- one-touch: the page that the link leads to ----

async function touched() {
    const email = address();
    const { Number: number } = granted(await call('POST',
        `${AUTH}/onetouchlogin/email`, { json: { clientguid: randomUUID(),
            email }, headers: { 'X-Origin-User-Agent': 'Mozilla/5.0 (X11; ' +
            'Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' } })).Data;
    const [link] = /https?:\S*vtoken=\S*/.exec((await mail(email)).text);
    return { email, number, link: link.slice(base.length) };
}

test('one-touch: the page tells who asks; looking answers nothing (S-037,' +
    ' S-040)', async () => {
    const p = await touched(), b = browser();
    for (const method of ['HEAD', 'GET', 'GET'])
        assert.equal((await b.visit(method, p.link)).status, 200);
    const seen = await b.visit('GET', p.link);
    assert.match(html(seen), new RegExp(`<bdi>${p.email}`));
    assert.match(seen.text, /Network address/);
    assert.ok(seen.text.includes(`value="${p.number}"`));
    assert.equal(seen.headers.get('referrer-policy'), 'no-referrer');
    const form = hidden(seen.text);
    assert.match(html(await b.visit('POST', '/one-touch', { ...form,
        answer: 'yes' }), 403), /Choose the number/);
    html(await b.visit('POST', '/one-touch', { vtoken: form.vtoken,
        number: p.number, answer: 'yes' }), 403);   // no form token
    assert.match(html(await b.visit('POST', '/one-touch', { ...form,
        number: p.number, answer: 'yes' })), /is being signed in/);
    assert.equal(await b.who(), undefined);
    assert.match(html(await b.visit('GET', p.link), 403),
        /has been used already/);
});

test('one-touch: no burns the link', async () => {
    const p = await touched(), b = browser();
    const form = hidden(html(await b.visit('GET', p.link)));
    assert.match(html(await b.visit('POST', '/one-touch', { ...form,
        answer: 'no' })), /not signed in/);
    assert.match(html(await b.visit('POST', '/one-touch', { ...form,
        number: p.number, answer: 'yes' }), 403), /has been used already/);
    html(await b.visit('GET', '/one-touch?vtoken=x'), 403);
    html(await b.visit('GET', '/one-touch'), 403);
});

test('a number, a code, and in', async () => {
    const number = phone(), b = browser();
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password } }));
    granted(await call('PUT', `${AUTH}/phone/otp`, { json: { phone: number,
        otp: await smsCode(number) } }));
    const form = await ask(b, number);
    assert.match(form, /autocomplete="one-time-code"/);
    assert.match(form, /a code is on its way to it/);
    const otp = await smsCode(number, 2);
    const fields = { ...hidden(form), identifier: number };
    assert.match(html(await b.visit('POST', '/passwordless/code', { ...fields,
        code: otp === '000000' ? '111111' : '000000' }), 403),
    /This code is not valid/);
    assert.match(html(await b.visit('POST', '/passwordless/code', fields),
        403), /This code is not valid/);
    assert.deepEqual(to(await b.visit('POST', '/passwordless/code',
        { ...fields, code: `${otp.slice(0, 3)} ${otp.slice(3)}` })), HOME);
    assert.equal(await b.who(), number);
});

test('forged hosts change no link (S-035, F-22)', async () => {
    const p = await person(), jar = new Map();
    const form = hidden((await page(jar)('GET', '/passwordless')).text);
    const a = await call('POST', '/passwordless', { judge: false, form: {
        ...form, identifier: p.email }, headers: { ...cookieHeader(jar),
        'X-Doorward-ApiKey': null, Origin: origin,
        'X-Forwarded-Host': 'evil.example' } });
    keepCookies(jar, a.headers);
    html(a);
    await linkOf(p, 2);
    refused(await call('GET', `${AUTH}/login/passwordlesslogin/email/verify`,
        { query: { verificationtoken: 'x' } }), 1063);
});
