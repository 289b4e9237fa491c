// Smart login with two browsers: the device that waits, and the one on which
// the link is opened.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, base, call, cookieHeader, granted, mail, mails, password,
    person, refused } from '../http/api.mjs';
import { fine, look, visitor } from './browser.mjs';

const small = { viewport: { width: 360, height: 740 } };
const heading = (v) => v.page.locator('h1').innerText();
const press = (v, name) => v.page.getByRole('button', { name }).click();
const YES = 'Sign that device in', NO = 'No, refuse it';

async function ask(v, email) {
    await v.go('/login');
    await v.page.getByRole('link', { name: 'Sign in by another device' })
        .click();
    await look(v, 'smart');
    await v.page.fill('#identifier', email);
    await press(v, 'Send the link');
    assert.equal(await heading(v), 'Now open the link in our message');
    return v.page.locator('#number').innerText();
}
async function open(v, email) {
    const all = await mails(email);
    await v.page.goto((await mail(email, Math.max(all.length, 2))).link);
}
const choose = (v, number) => v.page.locator(
    `input[type=radio][value="${number}"]`).check();
const arrives = (v) => v.page.waitForURL(`${base}/account`,
    { timeout: 15_000 });

for (const javaScriptEnabled of [true, false])
    test('the waiting device goes on by itself, ' +
        `with${javaScriptEnabled ? '' : 'out'} script (S-039, S-040)`,
    async () => {
        const p = await person();
        const a = await visitor({ javaScriptEnabled });
        const b = await visitor({ ...small, javaScriptEnabled });
        const number = await ask(a, p.email);
        assert.match(number, /^\d\d$/);
        await look(a, 'smart-wait', { scripts: true });
        await open(b, p.email);
        assert.equal(await heading(b), 'Sign in another device?');
        const seen = await b.page.locator('main').innerText();
        for (const word of [p.email, 'Chrome', 'Linux', 'Network address',
            'UTC'])
            assert.ok(seen.includes(word), `${word}: ${seen}`);
        await look(b, 'smart-confirm');
        await press(b, YES);
        assert.match(await b.page.locator('#number-error').innerText(),
            /Choose the number/);
        await look(b, 'smart-confirm-none');
        await choose(b, number);
        await press(b, YES);
        assert.equal(await heading(b),
            'The other device is being signed in');
        await look(b, 'smart-done');
        await arrives(a);
        assert.match(await a.page.locator('main').innerText(),
            new RegExp(p.email));
        // The session went to the device that waited, and to no other.
        await b.go('/account');
        assert.match(b.page.url(), /\/login/);
        for (const v of [a, b]) {
            fine(v);
            for (const r of v.requests)
                assert.ok(!/vtoken/.test(r.referer ?? ''), r.url);
        }
    });

test('no: the waiting device is told, and stays outside', async () => {
    const p = await person();
    const a = await visitor(), b = await visitor(small);
    await ask(a, p.email);
    await open(b, p.email);
    await press(b, NO);
    assert.equal(await heading(b), 'Refused');
    await a.page.getByRole('heading', { name: 'You are not signed in' })
        .waitFor({ timeout: 15_000 });
    await look(a, 'smart-over');
    await open(b, p.email);
    assert.match(await b.page.locator('[role=alert]').innerText(),
        /answered already/);
    await look(b, 'smart-used');
    fine(a);
    fine(b);
});

test('a wrong number signs nobody in (S-040)', async () => {
    const p = await person();
    const a = await visitor(), b = await visitor(small);
    const number = await ask(a, p.email);
    await open(b, p.email);
    const shown = await b.page.locator('input[type=radio]').evaluateAll(
        (all) => all.map((i) => i.value));
    assert.equal(shown.length, 3);
    await choose(b, shown.find((n) => n !== number));
    await press(b, YES);
    assert.match(await b.page.locator('[role=alert]').innerText(),
        /another number/);
    assert.equal(await b.page.locator('form[action$="/confirm"]').count(),
        0);
    await a.page.getByRole('heading', { name: 'You are not signed in' })
        .waitFor({ timeout: 15_000 });
});

test('the link in the waiting browser itself, in another tab', async () => {
    const p = await person();
    const a = await visitor();
    const number = await ask(a, p.email);
    const tab = { page: await a.context.newPage() };
    await open(tab, p.email);
    await choose(tab, number);
    await press(tab, YES);
    await arrives(a);
});

test('the answer comes first, the waiting browser looks later', async () => {
    const p = await person();
    const a = await visitor(), b = await visitor(small);
    const number = await ask(a, p.email);
    await a.page.goto('about:blank');
    await open(b, p.email);
    await choose(b, number);
    await press(b, YES);
    await a.go('/smart/wait');
    await arrives(a);
});

test('who is signed in elsewhere stays so, and a third browser gets nothing ' +
    '(S-039)', async () => {
    const p = await person(), other = await person();
    const a = await visitor(), b = await visitor(small);
    await b.go('/login');
    await b.page.fill('#identifier', other.email);
    await b.page.fill('#password', password);
    await b.page.locator('main button[type=submit]').first().click();
    await b.page.waitForURL(`${base}/account`);
    const number = await ask(a, p.email);
    await open(b, p.email);
    assert.ok((await b.page.locator('main').innerText()).includes(p.email));
    await choose(b, number);
    await press(b, YES);
    const third = await visitor();
    await third.go('/smart/wait');
    assert.equal(await heading(third), 'You are not signed in');
    await arrives(a);
    await b.go('/account');
    const seen = await b.page.locator('main').innerText();
    assert.ok(seen.includes(other.email) && !seen.includes(p.email));
});

test('looking never confirms: HEAD and GET, and a page of another site ' +
    '(S-037)', async () => {
    const p = await person();
    const a = await visitor();
    await ask(a, p.email);
    const { link } = await mail(p.email, 2);
    const path = link.slice(base.length);
    for (const method of ['HEAD', 'GET', 'GET'])
        assert.equal((await call(method, path, { from: null, judge: false }))
            .status, 200);
    const token = new URL(link).searchParams.get('vtoken');
    const forged = await call('POST', '/smart/confirm', { from: null,
        judge: false, headers: { Origin: 'https://evil.example' },
        form: { vtoken: token, answer: 'yes' } });
    assert.equal(forged.status, 403);
    await a.page.reload();
    assert.equal(await heading(a), 'Now open the link in our message');
    const jar = new Map((await a.context.cookies()).map((c) =>
        [c.name, c.value]));
    assert.match(jar.get('doorward-device'), /^[\w-]{43}$/);
    refused(await call('GET', `${AUTH}/login/smartlogin/ping`,
        { query: { clientguid: jar.get('doorward-device') } }), 1140, 403);
    const state = await call('GET', '/smart/state', { from: null,
        headers: { ...cookieHeader(jar), 'X-Doorward-ApiKey': null } });
    assert.deepEqual(granted(state), { State: 'waiting' });
    assert.deepEqual(granted(await call('GET', '/smart/state',
        { from: null, headers: { 'X-Doorward-ApiKey': null } })),
    { State: 'over' });
});

test('signing in by PIN in a browser that signed in before', async () => {
    const p = await person();
    const v = await visitor(small);
    const enter = async () => {
        await v.go('/login');
        await v.page.fill('#identifier', p.email);
        await v.page.fill('#password', password);
        await v.page.locator('main button[type=submit]').first().click();
        await v.page.waitForURL(`${base}/account`);
    };
    await enter();
    await v.go('/account/pin');
    await v.page.fill('#new_pin', '482915');
    await v.page.locator('main button[type=submit]').first().click();
    await v.context.clearCookies({ name: 'doorward' });
    await enter();
    await v.context.clearCookies({ name: 'doorward' });
    await v.go('/login');
    await look(v, 'login-ways');
    await v.page.getByRole('link', { name: 'Sign in by PIN' }).click();
    await look(v, 'pin-login');
    await v.page.fill('#pin', '730264');
    await press(v, 'Sign in');
    await look(v, 'pin-login-wrong');
    await v.page.fill('#pin', '482915');
    await press(v, 'Sign in');
    await v.page.waitForURL(`${base}/account`);
    fine(v);
});
