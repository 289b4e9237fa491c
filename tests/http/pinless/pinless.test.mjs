// PINs that people may skip, mailed codes, an account that is blocked by too
// many failures, and the documented answers for who is unknown.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { AUTH, address, call, granted, guid, hidden, login, mail, mails, page,
    password, refused, register, send, shift, source, time }
    from '../api.mjs';

const PIN = 'blue7', OTHER = '4829';
const answers = { school: 'Hill House', pet: 'Rex' };
const SecurityQuestionAnswer = answers;
const setPin = (pinauthtoken, json) => call('POST',
    `${AUTH}/pin/set/pinauthtoken`, { query: { pinauthtoken }, json });
const change = (p, oldpin, newpin) => call('PUT', `${AUTH}/pin/change`,
    { token: p.token, json: { oldpin, newpin } });
const ctl = (...args) => {
    const [program, ...rest] = process.env.DOORWARD_CTL.split(' ');
    return execFileSync(program, [...rest, ...args]);
};

async function somebody(PINInfo, more = {}) {
    const p = await register({ ...more, body: { SecurityQuestionAnswer,
        PINInfo, ...more.body } });
    const { Data: session } = granted(p.answer);
    return { ...p, session, token: session?.access_token };
}

test('registration demands the answers, and takes a PIN', async () => {
    refused((await register({ body: {} })).answer, 1134, 403);
    refused((await register({ body: { SecurityQuestionAnswer,
        PINInfo: { PIN: '123' } } })).answer, 1134, 403);
    refused((await register({ body: { SecurityQuestionAnswer,
        PINInfo: 'x' } })).answer, 1090, 400);
    refused((await register({ body: { SecurityQuestionAnswer,
        PINInfo: { PIN: 1234 } } })).answer, 1090, 400);
    const p = await somebody({ PIN });
    assert.equal(p.session.Profile.PIN.PIN, '**********');
    assert.ok(!('session_token' in p.session));    // no sign-in by PIN here
    granted(await change(p, PIN, OTHER));
    const top = await somebody(undefined, { body: { PIN, Skipped: false } });
    granted(await change(top, PIN, OTHER));
});

test('a PIN that is skipped is not asked for again', async () => {
    const p = await somebody({ Skipped: true });
    assert.equal(p.session.Profile.PIN.Skipped, true);
    assert.equal(p.session.Profile.PIN.PIN, null);
    assert.match(p.session.Profile.PIN.SkippedDate, time);
    granted(await login(p));
});

test('without any word of it registration gives no session, and sign-in ' +
    'asks', async () => {
    const p = await somebody();
    assert.equal(p.session, undefined);
    const a = await login(p);
    refused(a, 1243, 403);
    assert.match(a.json.PINAuthToken, guid);
    const s = granted(await setPin(a.json.PINAuthToken, { skipped: true }));
    assert.equal(s.Profile.PIN.Skipped, true);
    refused(await change({ token: s.access_token }, PIN, OTHER), 1235, 403);
    granted(await login(p));
});

test('A2 sets the first PIN, and no other', async () => {
    const p = await somebody({ Skipped: true });
    const put = (PINInfo) => call('PUT', `${AUTH}/account`,
        { token: p.token, json: { PINInfo } });
    refused(await put({ PIN: 'a' }), 1134, 403);
    refused(await put({ PIN: 7 }), 1090, 400);
    refused(await put({ Skipped: 'yes' }), 1090, 400);
    const first = granted(await put({ PIN })).Data;
    assert.equal(first.PIN.PIN, '**********');
    assert.equal(first.PIN.Skipped, false);
    granted(await put({ PIN: OTHER }));
    refused(await change(p, OTHER, PIN), 1241, 401);
    granted(await change(p, PIN, OTHER));
    assert.match((await mail(p.email, 2)).subject, /PIN/);
});

test('a sign-in that waits for its PIN is refused once the account is ' +
    'blocked', async () => {
    const p = await somebody();
    const { PINAuthToken: token } = (await login(p)).json;
    ctl('user', 'disable', p.email);
    refused(await setPin(token, { PIN }), 1239, 403);
});

const forgot = (by, name) => call('POST', `${AUTH}/pin/forgot/${by}`,
    { from: source(), json: { [by]: name } });
const reset = (by, name, otp, pin) => call('PUT',
    `${AUTH}/pin/reset/otp/${by}`, { from: source(),
        json: { [by]: name, otp, pin } });
const code = (m) => /\n (\d{6}) \n/.exec(m.text.replace(/\r/g, ''))[1];

test('I7 resets the PIN by the code of the mail, once', async () => {
    const p = await somebody({ PIN });
    granted(await forgot('email', p.email));
    const otp = code(await mail(p.email, 2));
    refused(await reset('email', p.email, otp, ''), 1234, 403);
    refused(await reset('email', p.email, '', OTHER), 908, 400);
    refused(await reset('email', '', otp, OTHER), 1032, 403);
    refused(await reset('email', 'x', otp, OTHER), 1038, 400);
    refused(await reset('email', p.email, otp, '1111'), 1134, 403);
    refused(await reset('email', p.email, '000000', OTHER), 1185, 403);
    granted(await reset('email', p.email, otp, OTHER));
    refused(await reset('email', p.email, otp, OTHER), 1186, 403);
    granted(await change(p, OTHER, PIN));
});

test('a code dies after five tries, and when its time is over', async () => {
    const p = await somebody({ PIN });
    granted(await forgot('email', p.email));
    const otp = code(await mail(p.email, 2));
    await Promise.all(Array.from({ length: 50 }, () =>
        reset('email', p.email, '000000', OTHER)));
    refused(await reset('email', p.email, otp, OTHER), 1185, 403);
    const late = await somebody({ PIN });
    granted(await forgot('email', late.email));
    const over = code(await mail(late.email, 2));
    await shift(601);
    refused(await reset('email', late.email, over, OTHER), 1187, 403);
    await shift(0);
});

test('50 uses of one code at once: one counts', async () => {
    const p = await somebody({ PIN });
    granted(await forgot('email', p.email));
    const otp = code(await mail(p.email, 2));
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        reset('email', p.email, otp, OTHER)));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
});

test('I9 does it by user name', async () => {
    const username = `u${address().slice(1, 13)}`;
    const p = await somebody({ PIN }, { body: { UserName: username } });
    granted(await forgot('username', username));
    const otp = code(await mail(p.email, 2));
    refused(await reset('username', username, otp, '1111'), 1134, 403);
    refused(await reset('username', '', otp, OTHER), 1075, 400);
    refused(await reset('username', 'a b', otp, OTHER), 1204, 403);
    refused(await reset('username', 'a@b', otp, OTHER), 1024, 403);
    refused(await reset('username', username, '000000', OTHER), 1185, 403);
    granted(await reset('username', username, otp, OTHER));
    refused(await reset('username', username, otp, OTHER), 1186, 403);
    granted(await change(p, OTHER, PIN));
});

test('with compat.reveal_account_existence what stands in the way is told',
    async () => {
        refused(await forgot('email', address()), 938, 403);
        refused(await forgot('username', 'nobody-here'), 938, 403);
        const none = await somebody({ Skipped: true });
        refused(await forgot('email', none.email), 1235, 403);
        const p = await somebody({ PIN });
        for (let i = 0; i < 2; i++)
            granted(await forgot('email', p.email));
        refused(await forgot('email', p.email), 1122, 403);
        const gone = await somebody({ PIN });
        ctl('user', 'disable', gone.email);
        refused(await forgot('email', gone.email), 991, 403);
        const ask = (by, name) => call('GET',
            `${AUTH}/securityquestion/${by}`, { query: { [by]: name } });
        refused(await ask('email', address()), 938, 403);
        refused(await ask('username', 'nobody-here'), 938, 403);
        refused(await ask('email', gone.email), 991, 403);
        granted(await ask('email', p.email));
    });

test('answers reset nothing where the site does not say so', async () => {
    const p = await somebody({ PIN });
    const by = (path, name, rest) => call('PUT', `${AUTH}/${path}`,
        { json: { ...name, securityanswer: answers, ...rest } });
    const email = { email: p.email }, username = { username: 'nobody' };
    const rest = { password: 'violet-harbour-88', pin: OTHER };
    for (const name of [email, username])
        refused(await by('password/securityanswer', name, rest), 1095, 403);
    refused(await by('pin/reset/securityanswer/email', email, rest), 1095,
        403);
    refused(await by('pin/reset/securityanswer/username', username, rest),
        1095, 403);
});

test('ten failures block the account until an administrator frees it; ' +
    'unknown names answer alike (S-016)', async () => {
    const p = await somebody({ PIN }), nobody = { email: address() };
    for (const who of [p, nobody]) {
        for (let i = 0; i < 10; i++)
            await login(who, 'not the password');
        const a = await login(who, 'not the password');
        refused(a, 991, 403);
    }
    refused(await login(p), 991, 403);
    refused(await call('GET', `${AUTH}/account`, { token: p.token }), 991,
        403);
    await shift(901);
    refused(await login(p), 991, 403);
    refused(await login(nobody), 938, 403);
    await shift(0);
    refused(await login(p), 991, 403);
    ctl('user', 'enable', p.email);
    granted(await login(p));
});

test('wrong PINs, present passwords and codes block the account as well ' +
    '(S-023)', async () => {
    const ways = [
        [1241, (p) => change(p, 'wrong9', OTHER)],
        [967, (p) => call('PUT', `${AUTH}/password/change`,
            { token: p.token, json: { oldpassword: 'not it',
                newpassword: 'violet-harbour-88' } })],
        [1185, (p) => call('POST',
            `${AUTH}/login/passwordlesslogin/email/verifyotp`,
            { from: source(), json: { email: p.email, otp: '12x' } })]
    ];
    for (const [code, way] of ways) {
        const p = await somebody({ PIN });
        const unlock = () => call('PUT', `${AUTH}/account/unlock`,
            { token: p.token, json: {} });
        refused(await unlock(), 1221, 403);
        for (let i = 0; i < 10; i++)
            refused(await way(p), code);
        refused(await way(p), 991, 403);
        refused(await unlock(), 991, 403);
        await shift(901);
        refused(await login(p), 991, 403);
        await shift(0);
        assert.equal((await mails(p.email)).length, 1);
        ctl('user', 'enable', p.email);
        granted(await login(p));
    }
    const nobody = { email: address() };
    for (let i = 0; i < 10; i++)
        refused(await ways[2][1](nobody), 1185, 403);
    refused(await ways[2][1](nobody), 991, 403);
});

test('who has no answers is told so with the switch', async () => {
    const email = address();
    ctl('user', 'add', email, '--verified', '--no-password');
    refused(await call('GET', `${AUTH}/securityquestion/email`,
        { query: { email } }), 1092, 403);
});

test('signing up at the page takes a PIN and answers', async () => {
    const visit = page(new Map());
    const form = (await visit('GET', '/signup')).text;
    assert.match(form, /id="new_pin"/);
    assert.match(form, /Answer 2 of these questions/);
    const email = address();
    const fill = { email, new_password: password, answer_school: 'Hill',
        answer_pet: 'Rex' };
    const bad = await send(visit, '/signup', { ...fill, new_pin: '1111' });
    assert.match(bad.text, /id="new_pin-error">is too easy/);
    const few = await send(visit, '/signup', { ...fill, answer_pet: '' });
    assert.match(few.text, /2 questions must be answered/);
    const good = await send(visit, '/signup', { ...fill, new_pin: PIN });
    assert.equal(good.status, 303, good.text);
    assert.match((await visit('GET', '/account')).text, />Change PIN</);
});

test('a PIN may be skipped at the page, and set later', async () => {
    const p = await somebody();
    const visit = page(new Map());
    const a = await send(visit, '/login', { identifier: p.email, password,
        remember: 'yes' });
    const skip = await visit('POST', '/pin', { ...hidden(a.text),
        skip: 'yes' });
    assert.equal(skip.status, 303);
    assert.match(skip.headers.get('set-cookie'), /max-age=2592000/i);
    assert.match((await visit('GET', '/account')).text, />Set a PIN</);
    const set = await send(visit, '/account/pin', { new_pin: PIN });
    assert.match(set.headers.get('location'), /done=pin$/);
});

test('a forgotten PIN is reset at the pages by a code', async () => {
    const p = await somebody({ PIN });
    const visit = page(new Map());
    const sent = await send(visit, '/forgot-pin', { identifier: p.email });
    assert.match(sent.text, /autocomplete="one-time-code"/);
    const form = { ...hidden(sent.text), identifier: p.email,
        new_pin: OTHER };
    const wrong = await visit('POST', '/reset-pin', { ...form,
        code: '000000' });
    assert.match(wrong.text, /id="code-error"/);
    const good = await visit('POST', '/reset-pin', { ...form,
        code: code(await mail(p.email, 2)) });
    assert.equal(good.status, 303, good.text);
    assert.match((await visit('GET', '/reset-pin')).text,
        /Email address or user name/);
});
