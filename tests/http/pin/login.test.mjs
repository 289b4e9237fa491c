// Signing in by PIN with the token of an earlier full sign-in (LG9), by the
// API and by its page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, call, granted, guid, login, nowhere, page, password, person,
    refused, send, shift } from '../api.mjs';

const PIN = '482915', WRONG = '730264', fresh = 'violet-harbour-88';
const answers = { school: 'Hill House', pet: 'Rex' };

async function withPin(more) {
    const p = await person(more);
    const a = await login(p);
    refused(a, 1243, 403);
    const session = granted(await call('POST', `${AUTH}/pin/set/pinauthtoken`,
        { query: { pinauthtoken: a.json.Data.PINAuthToken },
            json: { PIN } }));
    return { ...p, session, token: session.access_token,
        pinToken: session.session_token };
}
const byPin = (p, pin = PIN, more = {}) => call('POST', `${AUTH}/login/pin`,
    { from: p.from, query: { session_token: p.pinToken }, ...more,
        json: { PIN: pin, ...more.json } });

test('LG9: a PIN and the token sign in, as often as the token lives',
    async () => {
        const p = await withPin();
        const s = granted(await byPin(p));
        assert.match(s.access_token, guid);
        assert.match(s.refresh_token, guid);
        assert.equal(s.Profile.NoOfLogins, 2);
        // Neither renewed nor made to last.
        assert.equal(s.session_token, undefined);
        await shift(580);
        granted(await call('POST', `${AUTH}/login/pin`,
            { json: { pin: PIN, session_token: p.pinToken } }));
        await shift(601);
        refused(await byPin(p), 1246, 403);
        await shift(0);
    });

test('LG9: the fifth wrong PIN in a row ends the token (S-008)', async () => {
    const p = await withPin();
    for (let i = 0; i < 4; i++)
        refused(await byPin(p, WRONG), 1236, 401);
    granted(await byPin(p));
    for (let i = 0; i < 5; i++)
        refused(await byPin(p, WRONG), 1236, 401);
    const dead = await byPin(p);
    refused(dead, 1245, 403);
    // As if there had never been one.
    const none = await byPin({ pinToken: nowhere });
    const same = ({ json }) => ({ ...json, RequestId: '' });
    refused(none, 1245, 403);
    assert.deepEqual(same(none), same(dead));
    for (const pinToken of ['x', ''])
        refused(await byPin({ pinToken }), 1245, 403);
    const other = granted(await login(p));
    granted(await byPin({ ...p, pinToken: other.session_token }));
});

test('LG9: of 50 wrong PINs at once five are judged (S-008)', async () => {
    const p = await withPin();
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        byPin({ pinToken: p.pinToken }, WRONG)));
    const judged = all.filter((a) => a.json.ErrorCode === 1236);
    assert.equal(judged.length, 5);
    for (const a of all.filter((b) => !judged.includes(b)))
        refused(a, 1245, 403);
    refused(await byPin(p), 1245, 403);
});

test('LG9: no PIN, and no string', async () => {
    const p = await withPin();
    refused(await byPin(p, ''), 1234, 403);
    refused(await call('POST', `${AUTH}/login/pin`,
        { query: { session_token: p.pinToken }, json: { x: 1 } }), 1234,
    403);
    granted(await byPin(p));
});

test('what ends the token: S5, a new password, a new PIN', async () => {
    const ways = {
        async invalidate(p) {
            granted(await call('GET', `${AUTH}/session_token/invalidate`,
                { query: { session_token: p.pinToken } }));
        },
        async password(p) {
            granted(await call('PUT', `${AUTH}/password/change`, {
                token: p.token, json: { oldpassword: password,
                    newpassword: fresh } }));
        },
        async pin(p) {
            const other = granted(await login(p));
            granted(await call('PUT', `${AUTH}/pin/change`, {
                token: other.access_token, json: { oldpin: PIN,
                    newpin: WRONG } }));
        }
    };
    for (const [name, end] of Object.entries(ways)) {
        const p = await withPin();
        await end(p);
        const a = await byPin(p, name === 'pin' ? WRONG : PIN);
        assert.equal(a.json.ErrorCode, 1245, name);
    }
});

test('wrong PINs count to the account, whose lock stops the right one ' +
    '(1148), and answers open it', async () => {
    const p = await withPin();
    granted(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { SecurityQuestionAnswer: answers } }));
    for (let i = 0; i < 4; i++)
        refused(await byPin(p, WRONG), 1236, 401);
    for (let i = 0; i < 6; i++)
        refused(await login(p, 'not the password'), 966, 401);
    refused(await byPin(p), 1148, 403);
    refused(await byPin(p, PIN, { json: { securityanswer:
        { school: 'x', pet: 'y' } } }), 1094, 403);
    refused(await byPin(p, PIN, { json: { securityanswer:
        { none: 'x' } } }), 1091, 403);
    granted(await byPin(p, PIN, { json: { securityanswer: answers } }));
    granted(await byPin(p));
});

// A browser that signed in once.
async function browser(p) {
    const jar = new Map();
    const visit = page(jar);
    const a = await send(visit, '/login', { identifier: p.email, password });
    assert.equal(a.status, 303, a.text);
    return { visit, jar };
}
const expire = (jar) => jar.delete('doorward');

test('the page: a browser that signed in before asks for the PIN alone',
    async () => {
        const p = await withPin();
        const jar = new Map(), visit = page(jar);
        const a = await send(visit, '/login', { identifier: p.email,
            password });
        const cookie = a.headers.getSetCookie().find((c) =>
            c.startsWith('doorward-pin='));
        assert.match(cookie, /; HttpOnly; SameSite=Lax/);
        assert.match(cookie, /; Max-Age=600/);
        assert.equal((await visit('GET', '/login/pin')).status, 303);
        expire(jar);
        assert.match((await visit('GET', '/login')).text,
            /href="\/login\/pin">Sign in by PIN</);
        const form = await visit('GET', '/login/pin');
        assert.equal(form.status, 200);
        assert.ok(form.text.includes(p.email));
        const wrong = await send(visit, '/login/pin', { pin: WRONG });
        assert.equal(wrong.status, 401);
        assert.match(wrong.text, /id="pin-error">This PIN is not right/);
        assert.ok(!wrong.text.includes(WRONG));
        const none = await send(visit, '/login/pin', { pin: '' });
        assert.match(none.text, /id="pin-error">Enter a PIN/);
        const good = await send(visit, '/login/pin', { pin: PIN,
            return: '/account/profile' });
        assert.equal(good.status, 303);
        assert.match(good.headers.get('location'), /\/account\/profile$/);
        assert.ok((await visit('GET', '/account')).text.includes(p.email));
    });

test('the page: after five wrong PINs the whole sign-in is due', async () => {
    const { visit, jar } = await browser(await withPin());
    expire(jar);
    for (let i = 0; i < 4; i++)
        assert.match((await send(visit, '/login/pin', { pin: WRONG })).text,
            /id="pin-error"/);
    const last = await send(visit, '/login/pin', { pin: WRONG });
    assert.equal(last.status, 401);
    assert.match(last.text, /A PIN is not enough here any more/);
    assert.match(last.text, /<label for="password">Password/);
    assert.ok(!jar.get('doorward-pin'));
    assert.equal((await visit('GET', '/login/pin')).status, 303);
});

test('the page: a browser can be made to forget, and signing out does',
    async () => {
        const p = await withPin();
        const { visit, jar } = await browser(p);
        expire(jar);
        const pinToken = jar.get('doorward-pin');
        const gone = await send(visit, '/login/pin', { forget: 'yes' });
        assert.equal(gone.status, 303);
        assert.ok(!jar.get('doorward-pin'));
        refused(await byPin({ pinToken }), 1245, 403);
        const again = await browser(p);
        const second = again.jar.get('doorward-pin');
        assert.equal((await send(again.visit, '/logout', {})).status, 303);
        refused(await byPin({ pinToken: second }), 1245, 403);
    });
